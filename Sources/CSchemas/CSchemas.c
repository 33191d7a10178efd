// The tables are text files, so that a change of one field is a change of one line; the compiler takes them in.
#include "CSchemas.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char kubernetes[] = {
#embed "Tables/kubernetes.txt"
};

static const unsigned char openshift[] = {
#embed "Tables/openshift.txt"
};

struct schema_table kubernetes_schema_table(void) {
    return (struct schema_table){kubernetes, sizeof kubernetes};
}

struct schema_table openshift_schema_table(void) {
    return (struct schema_table){openshift, sizeof openshift};
}
