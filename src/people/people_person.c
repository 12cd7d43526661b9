/* A person's data: normal forms, what follows from the ID number, ages. */
#include <string.h>

#include "kernel/date.h"
#include "kernel/text.h"
#include "people/id_number.h"
#include "people/people_store.h"

enum { NAME_MAX_CHARS = 30, MINOR_YEARS = 14 };

int people_age(int64_t birth, int64_t on)
{
    struct ymd b = date_ymd(birth), t = date_ymd(on);
    int age = t.year - b.year;
    if (t.month < b.month || (t.month == b.month && t.day < b.day)) age--;
    return age < 0 ? 0 : age;
}

int64_t people_minor_since(int64_t on)
{
    struct ymd t = date_ymd(on);
    if (date_valid(t.year - MINOR_YEARS, t.month, t.day)) return date_of(t.year - MINOR_YEARS, t.month, t.day);
    return date_of(t.year - MINOR_YEARS, 3, 1); /* 29 February */
}

const char *phone_normal(struct arena *mem, const char *s)
{
    struct buf b = buf_in(mem, 32);
    const char *p = text_normal(mem, s);
    if (!strncmp(p, "+86", 3)) p += 3;
    for (; *p; p++) {
        if (*p == ' ' || *p == '-') continue;
        if (*p < '0' || *p > '9') return NULL;
        buf_putc(&b, *p);
    }
    if (!b.n) return NULL;
    bool mobile = b.n == 11 && b.p[0] == '1' && b.p[1] >= '2';
    bool fixed = b.p[0] == '0' && b.n >= 10 && b.n <= 12;
    return mobile || fixed ? b.p : NULL;
}

/* Spaces inside Chinese names come from table layouts (张　三); between Latin words and around the
 * dot of minority names they belong there. */
static const char *name_normal(struct arena *mem, const char *s)
{
    const char *p = text_normal(mem, s);
    bool latin = false;
    for (const char *c = p; *c; c++) latin |= (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
    if (latin) return p;
    struct buf b = buf_in(mem, 4096);
    for (; *p; p++)
        if (*p != ' ') buf_putc(&b, *p);
    return b.p ? b.p : "";
}

void person_check(struct req *r, struct person *p, person_fault_fn *fault, void *arg)
{
    struct id_number id;

    p->name = name_normal(r->mem, p->name ? p->name : "");
    size_t chars = utf8_length(p->name);
    if (!chars) fault(arg, COL_NAME, "请填写姓名。", "The name is missing.");
    else if (chars > NAME_MAX_CHARS || !text_clean(p->name))
        fault(arg, COL_NAME, "姓名应为 1 到 30 个字。", "A name has 1 to 30 characters.");

    if (p->phone && *p->phone) {
        const char *phone = phone_normal(r->mem, p->phone);
        if (phone) p->phone = phone;
        else
            fault(arg, COL_PHONE, "电话应为 11 位手机号，或带区号的固定电话。",
                  "A phone number has 11 digits, or an area code and a number.");
    } else {
        p->phone = NULL;
    }

    p->id_number = p->id_number ? text_normal(r->mem, p->id_number) : NULL;
    if (!p->id_number || !*p->id_number) {
        p->id_number = NULL;
        if (p->birth == NONE)
            fault(arg, COL_BIRTH, "没有身份证号时，请填写出生日期。", "Without an ID number the birth date is needed.");
        else if (p->birth > r->today)
            fault(arg, COL_BIRTH, "出生日期不能晚于今天。", "The birth date lies in the future.");
        if (!p->sex) fault(arg, COL_SEX, "没有身份证号时，请填写性别。", "Without an ID number the sex is needed.");
        return;
    }
    enum id_number_fault wrong = id_number_parse(p->id_number, r->today, &id);
    if (wrong) {
        fault(arg, COL_ID, id_number_fault_zh(wrong), id_number_fault_en(wrong));
        return;
    }
    p->id_number = arena_strdup(r->mem, id.text);
    const char *sex = id.male ? "male" : "female";
    if (p->birth != NONE && p->birth != id.birth)
        fault(arg, COL_BIRTH, "出生日期与身份证号不一致。", "The birth date is not that of the ID number.");
    if (p->sex && strcmp(p->sex, sex))
        fault(arg, COL_SEX, "性别与身份证号不一致。", "The sex is not that of the ID number.");
    p->birth = id.birth;
    p->sex = sex;
}

struct bytes blind_id(struct req *r, const char *id_number)
{
    return id_number ? access_blind(r, "id_number", id_number) : (struct bytes){ 0 };
}

struct bytes blind_phone(struct req *r, const char *phone)
{
    return phone ? access_blind(r, "phone", phone) : (struct bytes){ 0 };
}

struct bytes blind_tail(struct req *r, const char *four_digits)
{
    return access_blind(r, "phone_tail", four_digits);
}
