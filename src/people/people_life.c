/* Memberships over time: leaving, coming back, splitting and merging households. The membership table is the
 * history; the resident's row says where somebody is now.
 */
#include <string.h>

#include "kernel/id.h"
#include "kernel/text.h"
#include "people/people_store.h"

static const struct err *membership_end(struct req *r, int64_t village, int64_t resident, int64_t on,
                                        const char *how, const char *note)
{
    int64_t first;
    TRY(db_int(r, &first, "SELECT max(first) FROM membership WHERE village = $1 AND resident = $2", I64(village), I64(resident)));
    if (on < first)
        return fail_say(r, ERR_INVALID, "on", "日期不能早于入户日期。",
                        "The date lies before the person joined the household.");
    return db_exec(r,
                   "UPDATE membership SET last = $3, ended = $4, note = coalesce($5, note)"
                   " WHERE village = $1 AND resident = $2 AND last IS NULL",
                   I64(village), I64(resident), I64(on), TEXT(how), TEXT(note));
}

static const struct err *membership_begin(struct req *r, int64_t village, int64_t resident, int64_t household,
                                          const char *relation, int64_t on, const char *how, const char *note)
{
    return db_exec(r,
                   "INSERT INTO membership (village, id, resident, household, relation, first, began, note)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   I64(village), I64(id_new()), I64(resident), I64(household), TEXT(relation), I64(on),
                   TEXT(how), TEXT(note));
}

/* After somebody left: the head becomes the spouse, else the eldest member; a household without
 * active members is dissolved. Whoever knows better names another head afterwards. */
static const struct err *household_settle(struct req *r, int64_t village, int64_t household)
{
    int64_t head, next;
    TRY(db_int(r, &head,
               "SELECT id FROM resident WHERE village = $1 AND household = $2 AND state = 'active'"
               " AND relation = 'head' LIMIT 1",
               I64(village), I64(household)));
    if (head != NONE)
        return db_exec(r, "UPDATE household SET head = $3, state = 'active', version = version + 1"
                          " WHERE village = $1 AND id = $2",
                       I64(village), I64(household), I64(head));
    TRY(db_int(r, &next,
               "SELECT id FROM resident WHERE village = $1 AND household = $2 AND state = 'active'"
               " ORDER BY CASE relation WHEN 'spouse' THEN 0 ELSE 1 END, birth, id LIMIT 1",
               I64(village), I64(household)));
    if (next != NONE) return household_set_head(r, village, household, next);
    return db_exec(r,
                   "UPDATE household SET head = NULL, state = 'dissolved', version = version + 1"
                   " WHERE village = $1 AND id = $2",
                   I64(village), I64(household));
}

const struct err *resident_leave(struct req *r, const struct resident_row *s, enum leave how, int64_t on, const char *note)
{
    int64_t changed;
    const char *state = how == LEAVE_DEATH ? "dead" : "moved_out";
    const char *ended = how == LEAVE_DEATH ? "death" : "move_out";
    if (on > r->today)
        return fail_say(r, ERR_INVALID, "on", "日期不能晚于今天。", "The date lies in the future.");
    TRY(db_exec_n(r, &changed,
                  "UPDATE resident SET state = $3, version = version + 1"
                  " WHERE village = $1 AND id = $2 AND state = 'active'",
                  I64(s->village), I64(s->id), TEXT(state)));
    if (!changed)
        return fail_say(r, ERR_STATE, NULL, "此人已不在册。", "This person is not active any more.");
    TRY(membership_end(r, s->village, s->id, on, ended, note));
    TRY(access_resident_moved(r, s->village, s->id, NONE));
    return household_settle(r, s->village, s->household);
}

/* The grid and group of a household go onto its new members. */
static const struct err *resident_place(struct req *r, int64_t village, int64_t resident, int64_t household, const char *relation)
{
    return db_exec(r,
                   "UPDATE resident SET household = $3, relation = $4, state = 'active', version = version + 1,"
                   " grid_no = (SELECT grid_no FROM household WHERE village = $1 AND id = $3),"
                   " village_group = (SELECT village_group FROM household WHERE village = $1 AND id = $3)"
                   " WHERE village = $1 AND id = $2",
                   I64(village), I64(resident), I64(household), TEXT(relation));
}

const struct err *resident_return(struct req *r, const struct resident_row *s, int64_t household, const char *relation, int64_t on, const char *note)
{
    struct household_row *h;
    int64_t back = household == NONE ? s->household : household;
    int64_t changed;
    if (on > r->today)
        return fail_say(r, ERR_INVALID, "on", "日期不能晚于今天。", "The date lies in the future.");
    TRY(household_load(r, PERM_PEOPLE_WRITE, s->village, back, &h));
    if (!strcmp(h->state, "merged"))
        return fail_say(r, ERR_STATE, "household", "这一户已并入别户，请选择别的户。",
                        "That household was merged into another; choose another one.");
    TRY(db_exec_n(r, &changed,
                  "UPDATE resident SET state = 'active' WHERE village = $1 AND id = $2 AND state = 'moved_out'",
                  I64(s->village), I64(s->id)));
    if (!changed)
        return fail_say(r, ERR_STATE, NULL, "只有已迁出的人可以迁回。", "Only somebody who moved out can move in again.");
    bool first = h->members == 0;
    const char *as = first ? "head" : relation ? relation : "other";
    if (!first && !strcmp(as, "head")) as = "other"; /* the household has a head; change it there */
    TRY(resident_place(r, s->village, s->id, back, as));
    TRY(membership_begin(r, s->village, s->id, back, as, on, "move_in", note));
    TRY(access_resident_moved(r, s->village, s->id, back));
    return household_settle(r, s->village, back);
}

/* An active member of `from` goes to `to` on a day. */
static const struct err *resident_transfer(struct req *r, int64_t village, int64_t resident, int64_t from, int64_t to,
                                           const char *relation, int64_t on, const char *how, const char *note)
{
    int64_t here;
    TRY(db_int(r, &here,
               "SELECT id FROM resident WHERE village = $1 AND id = $2 AND household = $3 AND state = 'active'",
               I64(village), I64(resident), I64(from)));
    if (here == NONE)
        return fail_say(r, ERR_INVALID, "residents", "所选人员不全是本户在册成员。",
                        "Not all of these are active members of the household.");
    TRY(membership_end(r, village, resident, on, how, NULL));
    TRY(resident_place(r, village, resident, to, relation));
    TRY(access_resident_moved(r, village, resident, to));
    return membership_begin(r, village, resident, to, relation, on, how, note);
}

/* Locks the household's row against a concurrent split or merge, and says it is active. */
static const struct err *household_hold(struct req *r, int64_t village, int64_t id)
{
    int64_t changed;
    TRY(db_exec_n(r, &changed,
                  "UPDATE household SET version = version + 1 WHERE village = $1 AND id = $2 AND state = 'active'",
                  I64(village), I64(id)));
    if (changed) return NULL;
    return fail_say(r, ERR_STATE, NULL, "这一户已不在册。", "The household is not active any more.");
}

const struct err *household_split(struct req *r, const struct split *s, int64_t *household)
{
    struct household_row *from;
    struct household_new n = { .village = s->village, .id = id_new(), .tags = "" };
    int64_t head = s->head;
    bool named = false;

    if (s->on > r->today)
        return fail_say(r, ERR_INVALID, "on", "日期不能晚于今天。", "The date lies in the future.");
    TRY(household_hold(r, s->village, s->from));
    TRY(household_load(r, PERM_PEOPLE_WRITE, s->village, s->from, &from));
    if ((int64_t)s->residents.n >= from->members)
        return fail_say(r, ERR_INVALID, "residents", "分户后原户至少要留下一人。",
                        "At least one member stays in the old household.");
    if (head == NONE) head = LIST_AT(s->residents, int64_t, 0);
    n.number = text_normal(r->mem, s->number);
    n.grid = s->grid ? s->grid : from->grid;
    n.group = s->group != NONE ? s->group : from->village_group;
    n.address = s->address ? s->address : from->address;
    n.head = head;
    TRY(household_insert(r, &n));
    for (size_t i = 0; i < s->residents.n; i++) {
        int64_t id = LIST_AT(s->residents, int64_t, i);
        named |= id == head;
        TRY(resident_transfer(r, s->village, id, s->from, n.id, id == head ? "head" : "other", s->on, "split",
                              s->note));
    }
    if (!named)
        return fail_say(r, ERR_INVALID, "head", "新户户主必须在分出的人员中。",
                        "The new head must be one of those who leave.");
    TRY(household_settle(r, s->village, s->from));
    *household = n.id;
    return NULL;
}

const struct err *household_merge(struct req *r, int64_t village, int64_t from, int64_t into, int64_t on, const char *note)
{
    struct list members = { 0 };
    if (from == into)
        return fail_say(r, ERR_INVALID, "into", "不能并入本户自己。", "A household cannot be merged into itself.");
    if (on > r->today)
        return fail_say(r, ERR_INVALID, "on", "日期不能晚于今天。", "The date lies in the future.");
    /* Always in the order of ids, so that two opposite merges cannot wait for each other. */
    TRY(household_hold(r, village, from < into ? from : into));
    TRY(household_hold(r, village, from < into ? into : from));
    TRY(db_all(r, &id_row_record, &members,
               "SELECT id FROM resident WHERE village = $1 AND household = $2 AND state = 'active'"
               " ORDER BY id LIMIT 1000",
               I64(village), I64(from)));
    for (size_t i = 0; i < members.n; i++)
        TRY(resident_transfer(r, village, LIST_AT(members, struct id_row, i).id, from, into, "other", on,
                              "merge", note));
    TRY(db_exec(r,
                "UPDATE pledge SET ended_on = $3, reason = '并户' WHERE village = $1 AND household = $2"
                " AND ended_on IS NULL",
                I64(village), I64(from), I64(on)));
    TRY(db_exec(r,
                "UPDATE household SET state = 'merged', merged_into = $3, head = NULL, pledged_on = NULL"
                " WHERE village = $1 AND id = $2",
                I64(village), I64(from), I64(into)));
    return household_settle(r, village, into);
}
