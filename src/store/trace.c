/* Recording of write transactions for ./bench: with SHANZHI_TEST_SQL_TRACE=FILE every statement of a write
 * transaction goes to the file with its arguments, so that tests/bench/replay.c can run exactly the
 * same statements on bare SQLite. Off (one pointer test per statement) without the variable.
 *
 *     S 61 3 / INSERT … / i 42 / t 5 hello / n          a statement of 61 bytes with 3 arguments
 *     C / R                                             commit, rollback
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/log.h"
#include "store/driver.h"

static FILE *file;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

void trace_open(void)
{
    const char *path = getenv("SHANZHI_TEST_SQL_TRACE");
    if (!path || file) return;
    file = fopen(path, "we");
    log_warn("store", file ? "recording every write statement" : "cannot record statements", LS("file", path));
}

void trace_statement(const struct db *db, const char *sql, const struct db_arg *args, int n)
{
    if (!file || db->mode != TX_WRITE) return;
    pthread_mutex_lock(&mu);
    fprintf(file, "S %zu %d\n%s\n", strlen(sql), n, sql);
    for (int i = 0; i < n; i++) {
        switch (args[i].type) {
        case DB_I64: fprintf(file, "i %" PRId64 "\n", args[i].i); break;
        case DB_TEXT: fprintf(file, "t %zu\n%s\n", strlen(args[i].p), (const char *)args[i].p); break;
        case DB_BLOB:
            fprintf(file, "b %" PRId64 "\n", args[i].i);
            fwrite(args[i].p, 1, (size_t)args[i].i, file);
            fputc('\n', file);
            break;
        case DB_NULL_I64: case DB_NULL_TEXT: case DB_NULL_BLOB: case DB_END: fputs("n\n", file); break;
        }
    }
    pthread_mutex_unlock(&mu);
}

void trace_end(const struct db *db, bool commit)
{
    if (!file || db->mode != TX_WRITE) return;
    pthread_mutex_lock(&mu);
    fputs(commit ? "C\n" : "R\n", file);
    fflush(file);
    pthread_mutex_unlock(&mu);
}
