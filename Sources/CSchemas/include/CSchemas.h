#pragma once
#include <stddef.h>

/// A table in the program's own text segment.
struct schema_table {
    const unsigned char *bytes;
    size_t count;
};

/// The messages and kinds of Kubernetes 1.8 to 1.37; its form is described where it is read.
struct schema_table kubernetes_schema_table(void);

/// Those of OpenShift's own API groups.
struct schema_table openshift_schema_table(void);
