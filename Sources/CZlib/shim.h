#include <zlib.h>

/// `deflateInit2` is a macro, which Swift does not import. A raw deflate stream, without a header or a checksum.
static inline int csz_begin_raw_deflate(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}
