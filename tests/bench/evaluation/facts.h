/* Random facts for the measurements: the same seed gives the same facts. */
#ifndef BENCH_FACTS_H
#define BENCH_FACTS_H
#include "scheme/scheme_run.h"

/* For village.yaml: a year of deeds of households and their members, and monthly visits. deeds: on
 * average per household, its members included. */
struct scheme_facts *bench_year(struct arena *mem, uint64_t seed, size_t households, int deeds);
/* For schemes/xingji.yaml: quarterly marks, pluses and minuses. */
struct scheme_facts *bench_assessment(struct arena *mem, uint64_t seed, size_t households);
#endif
