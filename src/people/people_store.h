/* Inside people/: what its files share. */
#ifndef PEOPLE_STORE_H
#define PEOPLE_STORE_H
#include "kernel/buf.h"
#include "people/people.h"

extern const char *const sexes[], *const relations[], *const organisation_kinds[];
extern const char *const resident_states[], *const household_states[], *const organisation_states[];

/* ---- rows as they are stored ---- */
struct resident_row {
    int64_t village, id, household;
    const char *number, *relation, *name, *sex;
    int64_t birth;
    struct bytes id_sealed, phone_sealed;
    const char *grid;
    int64_t village_group;
    const char *tags, *state;
    int64_t version, pledged_on; /* pledged_on: of the household, where asked for */
};
struct household_row {
    int64_t village, id;
    const char *number;
    int64_t head;
    const char *head_name, *address, *grid;
    int64_t village_group;
    const char *tags, *state;
    int64_t merged_into, pledged_on, members, version;
};
struct organisation_row {
    int64_t village, id;
    const char *name, *kind, *contact;
    struct bytes phone_sealed;
    const char *address, *grid, *tags, *state;
    int64_t version;
};
extern const struct record resident_row_record, household_row_record, organisation_row_record;
struct id_row { int64_t id; };
extern const struct record id_row_record;

/* ---- lists ---- */
struct people_filter {
    int64_t village;
    const char *after; int64_t limit;
    const char *q, *grid, *tag, *state, *kind;
    int64_t group, household, minor, pledged;
};
MUST_CHECK const struct err *resident_list(struct req *r, const struct people_filter *f, struct page *out);
MUST_CHECK const struct err *household_list(struct req *r, const struct people_filter *f, struct page *out);
MUST_CHECK const struct err *organisation_list(struct req *r, const struct people_filter *f, struct page *out);
/* Not found, or outside what r->who may see with p: ERR_NOT_FOUND, ERR_FORBIDDEN. */
MUST_CHECK const struct err *resident_load(struct req *r, enum perm p, int64_t village, int64_t id, struct resident_row **out);
MUST_CHECK const struct err *household_load(struct req *r, enum perm p, int64_t village, int64_t id, struct household_row **out);
MUST_CHECK const struct err *organisation_load(struct req *r, enum perm p, int64_t village, int64_t id, struct organisation_row **out);

/* The part of a village r->who may see, as parameters of a list (people_list.c). */
struct people_scope {
    bool none;           /* nowhere: the list is empty */
    const char *codes;   /* ",01.02,01.03," or "" for the whole village */
    int64_t first, last; /* grid_no bounds that enclose the codes and the filter's grid */
};
struct people_scope people_scope(struct req *r, enum perm p, int64_t village, const char *grid);
/* Bytes of a name and the end of the range of names that begin with it. */
struct name_range { struct bytes first, end; };
struct name_range name_range(struct req *r, const char *prefix);

/* ---- a person's data, checked ---- */
enum person_column {
    COL_NUMBER, COL_NAME, COL_ID, COL_SEX, COL_BIRTH, COL_RELATION, COL_PHONE, COL_GROUP, COL_GRID,
    COL_ADDRESS, COL_TAGS, PERSON_COLUMNS
};
struct person {
    const char *name, *id_number, *sex; /* of sexes[] */
    int64_t birth;
    const char *phone, *relation;
};
typedef void person_fault_fn(void *arg, enum person_column c, const char *zh, const char *en);
/* Normalises in place (full-width digits, spaces), derives sex and birth date from the ID number and reports
 * every fault. */
void person_check(struct req *r, struct person *p, person_fault_fn *fault, void *arg);
/* Normal form of a phone number, or NULL when it is none. */
const char *phone_normal(struct arena *mem, const char *s);
struct bytes blind_id(struct req *r, const char *id_number);
struct bytes blind_phone(struct req *r, const char *phone);
struct bytes blind_tail(struct req *r, const char *four_digits);

/* ---- writing ---- */
struct resident_new {
    int64_t village, id, household;
    struct person person;
    int64_t grid_no, group;
    const char *tags;    /* as stored */
    const char *began;
    int64_t first;
};
/* Row and membership; the caller has checked the person, the household and the tags. */
MUST_CHECK const struct err *resident_insert(struct req *r, const struct resident_new *n);
/* The data of the person, not household, state or tags. */
MUST_CHECK const struct err *resident_update(struct req *r, int64_t village, int64_t id, int64_t version, const struct person *p);
struct household_new {
    int64_t village, id;
    const char *number, *grid, *address;
    int64_t group, head;
    const char *tags;
};
MUST_CHECK const struct err *household_insert(struct req *r, const struct household_new *n);
MUST_CHECK const struct err *household_set_head(struct req *r, int64_t village, int64_t household, int64_t resident);

enum leave { LEAVE_MOVE_OUT, LEAVE_DEATH };
MUST_CHECK const struct err *resident_leave(struct req *r, const struct resident_row *s, enum leave how, int64_t on, const char *note);
MUST_CHECK const struct err *resident_return(struct req *r, const struct resident_row *s, int64_t household, const char *relation, int64_t on, const char *note);
struct split { int64_t village, from; const char *number; struct list residents; int64_t head, on; const char *note, *grid, *address; int64_t group; };
MUST_CHECK const struct err *household_split(struct req *r, const struct split *s, int64_t *household);
/* The caller has loaded both. */
MUST_CHECK const struct err *household_merge(struct req *r, int64_t village, int64_t from, int64_t into, int64_t on, const char *note);

/* ---- tags (people_tags.c) ---- */
struct tag { const char *code, *name, *kind; int64_t builtin; };
extern const struct record tag_record;
/* Built in and the village's own. */
MUST_CHECK const struct err *tags_of(struct req *r, int64_t village, struct list *out);
/* By code or name, for a kind of subject; NULL when unknown. */
const struct tag *tag_find(struct list tags, const char *word, const char *kind);
MUST_CHECK const struct err *tag_add(struct req *r, int64_t village, struct tag *t);
/* Stored form of a list of codes: " a b ", or "". */
const char *tags_text(struct arena *mem, struct list codes);
struct list tags_list(struct arena *mem, const char *text);
bool tags_have(const char *text, const char *code);
/* The names of stored tags: " party_member veteran " → 党员, 退役军人. */
struct list tags_names(struct arena *mem, const struct list *tags, const char *text);
/* Begins and ends tags so that exactly `codes` are held from today on; *text is their stored form, which the
 * caller writes into the subject's row. Unknown: ERR_INVALID on "tags". */
MUST_CHECK const struct err *tags_set(struct req *r, int64_t village, int64_t subject, const char *kind,
                                      const char *held, struct list codes, const char **text);
MUST_CHECK const struct err *tags_begin(struct req *r, int64_t village, int64_t subject, const char *text, int64_t on);
#endif
