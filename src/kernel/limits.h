/* Every limit on what comes from outside, with its reason. */
#ifndef KERNEL_LIMITS_H
#define KERNEL_LIMITS_H
#define LIMIT_HEADER_BYTES (16 * 1024)        /* cookies, traceparent and a long filter fit well */
#define LIMIT_BODY_BYTES (1024 * 1024)        /* the largest form is a sheet of 300 lines */
#define LIMIT_RAW_BODY_BYTES (16 * 1024 * 1024) /* a register of 100,000 residents as CSV */
#define LIMIT_JSON_DEPTH 16                   /* the deepest record has 5 */
#define LIMIT_FINDINGS 100                    /* more errors than that nobody reads in one answer */
#define LIMIT_LIST_TEXT 500                   /* characters of one text in a list of texts */
#define LIMIT_CSV_COLUMNS 256                 /* the widest register has about 40 */
#define LIMIT_CONFIG_BYTES (64 * 1024)        /* settings and holiday files are a page or two */
#define LIMIT_COUNT_ROWS 10000                 /* lists tell no total beyond: counting reads them all */
#define LIMIT_PAGE_ROWS 200                   /* one page of a list */
#define LIMIT_PAGE_DEFAULT 50
#define LIMIT_REPLY_BYTES (64 * 1024 * 1024)  /* an export of 100,000 rows is about 20 MiB */
#define LIMIT_IMPORT_ROWS 100000              /* a township's register */
#define LIMIT_REQUEST_S 15                    /* a whole ordinary request must have arrived */
#define LIMIT_IDLE_S 60                       /* keep-alive */
#define LIMIT_CONNECTIONS_PER_ADDRESS 2048    /* a village hall behind one NAT: 300 phones, 6 each */
#define LIMIT_STREAMS_PER_ADDRESS 200         /* of 2,000: the screens of one office */
#define LIMIT_CACHED_TIMES 10                 /* answers from memory cost a tenth of others at most */
#define LIMIT_QUEUE 1024                      /* requests waiting for a worker, then 503 */
#endif
