// The system's zlib, for Swift. Debian: zlib1g-dev.
#include <zlib.h>
