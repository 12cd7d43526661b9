/* What the house does not call (style rule 15), as a table. Nothing includes this file: the compiler's own
 * `#pragma GCC poison` would also hit the system headers. tests/include_order.sh reads it, strips
 * comments and strings from every source, and fails on a call.
 *
 *   BANNED(names, where, instead)          a trailing * is a prefix; `where` lists the slices that may,
 *                                          "" is nobody. Tests and fuzz targets only keep to "". "tests" is
 *                                          nobody but tests.
 *   BANNED_INCLUDE(prefix, where, instead) of a system header.
 */

/* Write past the end, or have no way to tell an error. */
BANNED("strcpy stpcpy strcat sprintf vsprintf gets", "", "arena_strdup, arena_printf, struct buf")
BANNED("atoi atol atoll atof strtol strtoll strtoul strtoull sscanf", "", "text_int, dec_parse")
BANNED("strtod strtof", "http", "dec_parse: no floating point near points (http reads q-values)")
BANNED("strtok", "", "strcspn, strspn: strtok keeps hidden state")
/* Local time zones and hidden static buffers; a village's day is UTC+8. */
BANNED("gmtime gmtime_r localtime localtime_r mktime timegm ctime asctime strftime strptime", "",
       "date_*, instant_* of kernel/date.h")
BANNED("rand srand random srandom drand48", "", "random_bytes")
BANNED("system popen", "tests", "posix_spawn without a shell")
BANNED("tmpnam mktemp alloca", "", "mkstemp; the arena")
/* Memory by lifespan: slices own an arena and free nothing. */
BANNED("malloc calloc realloc free strdup strndup asprintf vasprintf posix_memalign aligned_alloc",
       "kernel store http", "the request's arena; arena_on_clear for foreign memory")
/* Time is r->now, so that tests can set it. */
BANNED("time gettimeofday clock_gettime", "kernel store http", "r->now, clock_now")
/* One file folder knows each foreign library. */
BANNED("sqlite3_* PQ*", "store", "db_exec and its sisters in store/store.h")
BANNED("evhttp_* evbuffer_* evutil_* evthread_* evconnlistener_* bufferevent_* event_base_* event_new "
       "event_add event_del event_free event_active", "http", "http/http.h")
BANNED("json_load* json_dump* json_pack json_unpack json_decref", "kernel", "json_read and the writer")
BANNED_INCLUDE("sqlite3", "store", "store/store.h")
BANNED_INCLUDE("libpq", "store", "store/store.h")
BANNED_INCLUDE("event2/", "http", "http/http.h")
BANNED_INCLUDE("jansson", "kernel", "kernel/json.h")
BANNED_INCLUDE("libfyaml", "scheme", "scheme/scheme.h")
BANNED_INCLUDE("iconv", "kernel", "kernel/csv.h")
