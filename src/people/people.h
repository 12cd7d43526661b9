/* Registers: residents 村民, households 户, organisations 单位; tags; memberships over time; sign-up 承诺签约.
 * A subject is whoever holds an account: one of the three. Names leave this slice masked unless the
 * caller holds PERM_PEOPLE_UNMASK and asks for it; phones and ID numbers are sealed at rest.
 */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H
#include "people/id_number.h"
#include "region/region.h"
extern const char *const subject_kinds[]; /* "resident", "household", "organisation", NULL */
struct subject {
    int64_t village, id;
    const char *kind;        /* of subject_kinds */
    const char *name;        /* full; never in a public answer; a household: its head's */
    const char *masked;      /* 张*丰; a household: "张*丰户"; a minor: "张**（未成年）" never in public */
    const char *class_;      /* scheme class: "resident", "party_member", "household", "organisation" 最具体的一类 */
    int64_t household;       /* the resident's, or itself; NONE for organisations */
    const char *number;      /* 户号; NULL for organisations */
    const char *grid;        /* grid code */
    int64_t minor;           /* under 14: never named in public */
    int64_t active;          /* 0: moved out, dead, dissolved */
    int64_t pledged;         /* the household signed up */
};
/* ERR_NOT_FOUND on "subject". */
MUST_CHECK const struct err *people_subject(struct req *r, int64_t village, const char *kind, int64_t id, struct subject **out);
/* The names of its tags (const char *: 党员, 退役军人), for the classes of a scheme. */
MUST_CHECK const struct err *people_tag_names(struct req *r, int64_t village, const char *kind, int64_t id, struct list *out);
/* By household number, for batches from tables; ERR_NOT_FOUND on "household". */
MUST_CHECK const struct err *people_household_by_number(struct req *r, int64_t village, const char *number, int64_t *id);
/* By the whole ID number; ERR_NOT_FOUND on "id_number". */
MUST_CHECK const struct err *people_resident_by_id_number(struct req *r, int64_t village, const char *id_number, int64_t *id);
/* Active residents of a household, for boards and passbooks: list of struct subject. */
MUST_CHECK const struct err *people_members(struct req *r, int64_t village, int64_t household, struct list *out);
/* Active ones, as of now. */
MUST_CHECK const struct err *people_population(struct req *r, int64_t village, int64_t *residents, int64_t *households);

/* ---- the register as a stream (people_roster.c): a whole village in batches ---- */
/* A subject, or one stay of a resident in a household. Names as in struct subject. */
struct people_stay {
    const char *kind;            /* of subject_kinds */
    int64_t subject, household;  /* household: itself for one; NONE for organisations */
    const char *name, *masked, *class_, *number, *grid;
    struct list tags;            /* const char *: names of the tags held now, 党员 … */
    int64_t group;               /* village group; NONE */
    int64_t since, until;        /* stays only; NONE: open. Who was registered first was there before */
    int64_t minor, active;
};
/* struct people_stay of at most `limit` subjects of a kind with ids above `after`, by id, whatever became
 * of them. */
MUST_CHECK const struct err *people_roster(struct req *r, int64_t village, const char *kind,
                                           int64_t after, int64_t limit, struct list *out);
/* Everybody who ever belonged to one of the households with ids first…last: by household, resident,
 * day. */
MUST_CHECK const struct err *people_stays(struct req *r, int64_t village, int64_t first,
                                          int64_t last, struct list *out);

/* Ages: whole years on a date; under 14 the law asks for a guardian's consent (《个人信息保护法》第31条). */
int people_age(int64_t birth, int64_t on);
/* Born on this day or later is under 14 on `on`. */
int64_t people_minor_since(int64_t on);

/* ---- services for import and demo ---- */
/* What to do with a row whose ID number (or, without one, whose household, name and birth date) is
 * in the register already. */
enum people_existing { EXISTING_REFUSE, EXISTING_SKIP, EXISTING_UPDATE };
struct people_imported {
    int64_t rows, households, added, updated, unchanged, dry_run;
};
/* A register as CSV with the columns of the export (people_import.c). Every bad cell is a finding
 * "line/column" of one ERR_INVALID; nothing is written unless every row is right and dry is false. */
MUST_CHECK const struct err *people_import(struct req *r, int64_t village, const void *csv, size_t n,
                                           enum people_existing existing, bool dry,
                                           struct people_imported *out);
struct organisation_new {
    int64_t village;
    const char *name, *kind, *contact, *phone, *address, *grid;
    struct list tags; /* of const char * */
};
MUST_CHECK const struct err *people_organisation_add(struct req *r, const struct organisation_new *o, int64_t *id);
/* signer NONE: the head. Signed already: ERR_STATE. */
MUST_CHECK const struct err *people_pledge(struct req *r, int64_t village, int64_t household, int64_t on,
                                           int64_t signer, const char *terms);
/* An account for a resident, with the villager's role for the household. */
MUST_CHECK const struct err *people_account(struct req *r, int64_t village, int64_t resident, const char *name,
                                            const char *password, bool one_time, int64_t *account);
extern const struct slice people_slice;
#endif
