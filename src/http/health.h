/* Inside http/: the desk where /readyz asks, and the checks of the store. */
#ifndef HTTP_HEALTH_H
#define HTTP_HEALTH_H
#include "http/http.h"

struct server;
struct exchange;
extern const struct check health_checks[];
void health_start(struct server *s);
void health_stop(struct server *s); /* after the loops: it answers who waits */
bool health_answer(struct exchange *x); /* true: answered; false: the desk will */
/* What was seen last, for /metrics; false: nothing yet. */
bool health_last(struct server *s, struct health_seen *out, int64_t *age_ms);
/* shanzhi_health{check="…"}: 1 passed, 0.5 warned, 0 failed. */
struct buf;
void health_metrics(struct server *s, struct buf *b);
#endif
