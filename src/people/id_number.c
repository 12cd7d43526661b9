/* GB 11643-1999 公民身份号码. */
#include "people/id_number.h"

#include "kernel/date.h"

char id_number_check(const char *digits17)
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    for (int i = 0; i < 17; i++) sum += (digits17[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

enum id_number_fault id_number_parse(const char *s, int64_t today, struct id_number *out)
{
    int n = 0;
    for (; s[n]; n++) {
        if (n == 18) return ID_NUMBER_SHAPE;
        bool digit = s[n] >= '0' && s[n] <= '9';
        bool x = n == 17 && (s[n] == 'X' || s[n] == 'x');
        if (!digit && !x) return ID_NUMBER_SHAPE;
        out->text[n] = s[n] == 'x' ? 'X' : s[n];
    }
    if (n != 18) return ID_NUMBER_SHAPE;
    out->text[18] = 0;

    /* Provinces 11 … 65, Taiwan 71, Hong Kong 81, Macao 82, Taiwan residents' cards 83. The rest of the
     * district is not looked up: districts are dissolved, their numbers stay valid. */
    int province = digits(s, 2);
    bool known = (province >= 11 && province <= 15) || (province >= 21 && province <= 23) ||
                 (province >= 31 && province <= 37) || (province >= 41 && province <= 46) ||
                 (province >= 50 && province <= 54) || (province >= 61 && province <= 65) ||
                 province == 71 || (province >= 81 && province <= 83) || province == 91;
    if (!known) return ID_NUMBER_DISTRICT;

    int year = digits(s + 6, 4), month = digits(s + 10, 2), day = digits(s + 12, 2);
    if (year < 1900 || !date_valid(year, month, day)) return ID_NUMBER_BIRTH;
    out->birth = date_of(year, month, day);
    if (out->birth > today) return ID_NUMBER_BIRTH;
    if (id_number_check(s) != out->text[17]) return ID_NUMBER_CHECK;
    out->male = (s[16] - '0') % 2 == 1;
    return ID_NUMBER_OK;
}

const char *id_number_fault_zh(enum id_number_fault f)
{
    switch (f) {
    case ID_NUMBER_OK: return "";
    case ID_NUMBER_SHAPE: return "身份证号应为 18 位：17 位数字加 1 位数字或 X。";
    case ID_NUMBER_DISTRICT: return "身份证号开头的地区码不存在，请核对。";
    case ID_NUMBER_BIRTH: return "身份证号中的出生日期不正确，请核对。";
    case ID_NUMBER_CHECK: return "身份证号校验码不符，可能抄错了一位，请核对。";
    }
    return "";
}

const char *id_number_fault_en(enum id_number_fault f)
{
    switch (f) {
    case ID_NUMBER_OK: return "";
    case ID_NUMBER_SHAPE: return "An ID number has 18 places: 17 digits and a digit or X.";
    case ID_NUMBER_DISTRICT: return "The ID number begins with an unknown district.";
    case ID_NUMBER_BIRTH: return "The birth date in the ID number is not valid.";
    case ID_NUMBER_CHECK: return "The ID number's check character does not match; a digit may be wrong.";
    }
    return "";
}
