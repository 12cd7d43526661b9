/* The API document of a small slice that has a field of every kind, compared whole with what a reader of OpenAPI
 * expects. Written with ' for ", and what many places have in common as macros. */
#include <string.h>

#include "http/inside.h"

#include "kernel/test.h" /* last: it defines fail() */

static const char *const colours[] = { "red", "green", NULL };

struct part { int64_t id; const char *name; };
static const struct field part_fields[] = {
    F(part, id, K_ID, 0, 0, 0, "Id."), F(part, name, K_TEXT, OPT, 0, 40, ""), { 0 }
};
static RECORD(part);

/* Made and read: every kind, with its bounds and without. */
struct thing {
    int64_t village, id, version, count, few, low, flag, region, points_c, fine_c, debt_c, day, at;
    const char *text, *note, *colour, *shade, *raw;
    struct list words, ids, parts, more;
    struct part *part, *maybe;
    struct bytes photo;
};
static const struct field thing_fields[] = {
    F(thing, village, K_REGION, IN_PATH, 0, 0, "Village."), F(thing, id, K_ID, 0, 0, 0, "Id."), F(thing, version, K_INT, OUT_ETAG, 0, 0, "Version."), F(thing, count, K_INT, OPT, 0, 0, NULL),
    F(thing, few, K_INT, 0, 0, 9, "Few."), F(thing, low, K_INT, 0, -9, 0, "Low."), F(thing, flag, K_BOOL, OPT, 0, 0, "Flag."),
    F(thing, region, K_REGION, OPT, 0, 0, "Region."), F_AS(thing, points_c, "points", K_POINTS, 0, 0, 0, "Points."),
    F_AS(thing, fine_c, "fine", K_POINTS, OPT, 0, 100000, "Fine."), F_AS(thing, debt_c, "debt", K_POINTS, 0, -99999, 999, "Debt."),
    F(thing, day, K_DATE, 0, 0, 0, "Day."), F(thing, at, K_INSTANT, OPT, 0, 0, "At."), F(thing, text, K_TEXT, 0, 1, 100, "Text."),
    F(thing, note, K_TEXT, OPT, 0, 0, "Note."), F_ENUM(thing, colour, 0, colours, "Colour."), F_ENUM(thing, shade, OPT, colours, "Shade."),
    F(thing, raw, K_JSON, OPT, 0, 0, "Raw."), F(thing, words, K_TEXTS, OPT, 1, 5, "Words."), F(thing, ids, K_IDS, 0, 0, 0, "Ids."),
    F_SUB(thing, parts, K_LIST, 0, 0, 3, part_record, "Parts."), F_SUB(thing, more, K_LIST, OPT, 2, 0, part_record, "More."),
    F_SUB(thing, part, K_OBJECT, 0, 0, 0, part_record, "Part."), F_SUB(thing, maybe, K_OBJECT, OPT, 0, 0, part_record, "Maybe."),
    F(thing, photo, K_BYTES, 0, 0, 0, "Photo."), { 0 }
};
static RECORD(thing);

struct list_in { int64_t village, limit; const char *after, *colour; struct list words; };
static const struct field list_in_fields[] = {
    F(list_in, village, K_REGION, IN_PATH, 0, 0, "Village."), F(list_in, words, K_TEXTS, IN_QUERY | OPT, 0, 0, "Words."),
    F_ENUM(list_in, colour, 0, colours, "Colour."), PAGE_FIELDS(list_in), { 0 }
};
static RECORD(list_in);
struct change_in { int64_t village, id, version; const char *text; };
static const struct field change_in_fields[] = {
    F(change_in, village, K_REGION, IN_PATH, 0, 0, "Village."), F(change_in, id, K_ID, IN_PATH, 0, 0, "Id."),
    F(change_in, version, K_INT, IN_MATCH, 0, 0, "Version."), F(change_in, text, K_TEXT, OPT, 0, 100, "Text."), { 0 }
};
static RECORD(change_in);
/* Another record of the name, as two slices may have. */
static const struct field other_fields[] = { F(part, name, K_TEXT, 0, 0, 0, "Name."), { 0 } };
static const struct record other_record = { "part", sizeof(struct part), other_fields };
struct gone_in { int64_t id, version; };
static const struct field gone_in_fields[] = {
    F(gone_in, id, K_ID, IN_PATH, 0, 0, "Id."), F(gone_in, version, K_INT, IN_MATCH | OPT, 0, 0, "Version."), { 0 }
};
static RECORD(gone_in);
struct one_in { int64_t id; };
static const struct field one_in_fields[] = { F(one_in, id, K_ID, IN_PATH, 0, 0, "Id."), { 0 } };
static RECORD(one_in);
struct raw_in { struct bytes body; int64_t dry_run; };
static const struct field raw_in_fields[] = {
    F(raw_in, body, K_BYTES, IN_RAW, 0, 0, "Table."), F(raw_in, dry_run, K_BOOL, IN_QUERY | OPT, 0, 0, "Dry run."), { 0 }
};
static RECORD(raw_in);

static const struct err *never(struct req *r)
{
    (void)r;
    return NULL;
}

static const enum err_code own[] = { ERR_STATE, ERR_NOT_FOUND, ERR_NONE };
#define THINGS "/villages/{village}/things"
static const struct route routes[] = {
    { "GET", THINGS, PERM_SELF, TX_READ, &list_in_record, &thing_record, never, NULL, ROUTE_PAGE, NULL, NULL, "All." },
    { "POST", THINGS, PERM_SELF, TX_WRITE, &thing_record, &part_record, never, own, ROUTE_CREATED, NULL, NULL, "Make." },
    { "PATCH", THINGS "/{id}", PERM_ACCOUNT_READ, TX_WRITE, &change_in_record, &thing_record, never, NULL, 0, NULL, NULL, "Change." },
    { "DELETE", "/things/{id}", PERM_PUBLIC, TX_WRITE, &gone_in_record, NULL, never, NULL, 0, NULL, NULL, "Away." },
    { "GET", "/public/a-part", PERM_PUBLIC, TX_READ, NULL, &other_record, never, NULL, ROUTE_CACHE, NULL, NULL, "Cached." },
    { "GET", "/things/{id}", PERM_PUBLIC, TX_READ, &one_in_record, &thing_record, never, NULL, 0, NULL, NULL, "One." },
    { "POST", "/raw", PERM_SELF, TX_NONE, &raw_in_record, NULL, never, NULL, ROUTE_RAW | ROUTE_FILE, "text/csv, image/png", "application/pdf, image/png", "Raw." },
    { "GET", "/events", PERM_PUBLIC, TX_NONE, NULL, NULL, never, NULL, ROUTE_STREAM, NULL, NULL, "Events." },
    { 0 }
};
static const struct slice slice = { .name = "things", .routes = routes }, quiet = { .name = "quiet" };
static const struct slice *const slices[] = { &quiet, &slice, NULL };

/* ---- what is expected ---- */

#define REF(kind, name) "{'$ref':'#/components/" kind "/" name "'}"
#define HEADERS "'X-Request-Id':" REF("headers", "RequestId") ",'RateLimit-Policy':" REF("headers", "RateLimitPolicy") \
    ",'RateLimit':" REF("headers", "RateLimit")
#define PROBLEM_WITH(status, codes, more) "'" status "':{'description':'" codes "','headers':{" HEADERS more \
    "},'content':{'application/problem+json':{'schema':" REF("schemas", "problem") "}}}"
#define PROBLEM(status, codes) PROBLEM_WITH(status, codes, "")
#define LATER(status, codes) PROBLEM_WITH(status, codes, ",'Retry-After':" REF("headers", "RetryAfter"))
#define SIZES PROBLEM("413", "`too-large`") "," PROBLEM("414", "`uri-too-long`") "," PROBLEM("415", "`media-type`")
#define ALWAYS LATER("429", "`too-many`") "," PROBLEM("431", "`headers-too-large`") "," PROBLEM("500", "`internal`") "," \
    LATER("503", "`busy` `database`")
#define PUBLIC "'description':'Permission: `public` (公开): anyone, without sign-in.','x-permission':'public'"
#define SELF "'description':'Permission: `self` (本人): anyone signed in, for themselves.','x-permission':'self'"
#define CLEAN "[^\\\\u0000-\\\\u0008\\\\u000b-\\\\u001f\\\\u007f-\\\\u009f\\\\u202a-\\\\u202e\\\\u2066-\\\\u2069\\\\ufdd0-\\\\ufdef\\\\ufffe\\\\uffff]*"
#define ID "'type':'integer','minimum':1,'maximum':9007199254740991"
#define VILLAGE "{'name':'village','in':'path','required':true,'description':'Village.','schema':{'type':'string','pattern':'^[1-9][0-9]{11}$'}}"
#define PATH_ID "{'name':'id','in':'path','required':true,'description':'Id.','schema':{" ID "}}"
#define COMPONENTS "'components'" /* up to the schemas: constants, which openapi.test.mjs follows */

static const char expected[] =
    "{'openapi':'3.1.0','info':{'title':'Shanzhi 善治','version':'0.1.0','description':'Points of villages: registers, claims,"
    " publicity, passbooks. Ids are numbers, division codes strings of 12 digits,"
    " points and money strings with two decimals, dates 2026-11-21,"
    " instants RFC 3339 in UTC. Lists come in pages: pass `next` as `after`. Errors are problem documents (RFC 9457) in "
    "Chinese or English by Accept-Language.','license':{'name':'Apache-2.0','identifier':'Apache-2.0'}},"
    "'servers':[{'url':'/api/v1'}],'tags':[{'name':'things'}],"
    "'paths':{'/villages/{village}/things':{'get':{'operationId':'get_villages_village_things','summary':'All.',"
    "'tags':['things']," SELF "," "'parameters':[" VILLAGE
    ",{'name':'words','in':'query','description':'Words.','style':'form','explode':false,'schema':{'type':'array',"
    "'items':{'type':'string','minLength':1,'maxLength':500}}},{'name':'colour','in':'query',"
    "'required':true,'description':'Colour.','schema':{'type':'string','enum':['red','green']}},{'name':'after',"
    "'in':'query','description':'Cursor: `next` of the page before.','schema':{'type':'string','pattern':'^" CLEAN
    "$','maxLength':400}},{'name':'limit','in':'query','description':'Rows per page, 50 if absent.',"
    "'schema':{'type':'integer','minimum':1,'maximum':200}}," REF("parameters", "AcceptLanguage") "],"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS ",'Link':" REF("headers", "Link") "},"
    "'content':{'application/json':{'schema':" REF("schemas", "thing_page") "}}}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("401", "`sign-in`") "," PROBLEM("403", "`forbidden` `password-change`") "," PROBLEM("404", "`not-found`") ","
    PROBLEM("408", "`timeout`") "," SIZES "," ALWAYS "},"
    "'security':[{'session':[]},{'bearer':[]}]},"
    "'post':{'operationId':'post_villages_village_things','summary':'Make.','tags':['things']," SELF "," "'parameters':["
    VILLAGE "," REF("parameters", "IdempotencyKey") "," REF("parameters", "AcceptLanguage") "],"
    "'requestBody':{'required':true," "'content':{'application/json':{'schema':" REF("schemas", "thing_in") "}}},"
    "'responses':{'201':{'description':'Made.'," "'headers':{" HEADERS ",'Idempotency-Replayed':"
    REF("headers", "IdempotencyReplayed") "}," "'content':{'application/json':{'schema':" REF("schemas", "part") "}}},"
    PROBLEM("400", "`invalid` `malformed`") "," PROBLEM("401", "`sign-in`") ","
    PROBLEM("403", "`csrf` `forbidden` `password-change`") "," PROBLEM("404", "`not-found`") "," PROBLEM("408", "`timeout`")
    "," LATER("409", "`conflict` `state` `duplicate` `in-progress`") "," SIZES "," PROBLEM("422", "`idempotency`") "," ALWAYS
    "," PROBLEM("507", "`disk-full`") "},"
    "'security':[{'session':[],'csrf':[]},{'bearer':[]}]}},"
    "'/villages/{village}/things/{id}':{'patch':{'operationId':'patch_villages_village_things_id','summary':'Change.',"
    "'tags':['things'],'description':'Permission: `account.read` (查看账号): see accounts and roles.',"
    "'x-permission':'account.read'," "'parameters':[" VILLAGE "," PATH_ID "," REF("parameters", "IfMatch") ","
    REF("parameters", "AcceptLanguage") "]," "'requestBody':{'required':false," "'content':{'application/json':{'schema':"
    REF("schemas", "change_in") "}}},"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS ",'ETag':" REF("headers", "ETag") "},"
    "'content':{'application/json':{'schema':" REF("schemas", "thing") "}}}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("401", "`sign-in`") "," PROBLEM("403", "`csrf` `forbidden` `password-change`") "," PROBLEM("404", "`not-found`")
    "," PROBLEM("408", "`timeout`") "," LATER("409", "`conflict` `duplicate`") "," PROBLEM("412", "`stale`") "," SIZES ","
    PROBLEM("428", "`precondition`") "," ALWAYS "," PROBLEM("507", "`disk-full`") "},"
    "'security':[{'session':[],'csrf':[]},{'bearer':[]}]}},"
    "'/things/{id}':{'delete':{'operationId':'delete_things_id','summary':'Away.','tags':['things']," PUBLIC ","
    "'parameters':[" PATH_ID "," REF("parameters", "IfMatchOptional") "," REF("parameters", "AcceptLanguage") "],"
    "'responses':{'204':{'description':'Done.'," "'headers':{" HEADERS "}}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("404", "`not-found`") "," PROBLEM("408", "`timeout`") "," LATER("409", "`conflict` `duplicate`") ","
    PROBLEM("412", "`stale`") "," SIZES "," ALWAYS "," PROBLEM("507", "`disk-full`") "},"
    "'security':[]},"
    "'get':{'operationId':'get_things_id','summary':'One.','tags':['things']," PUBLIC "," "'parameters':[" PATH_ID ","
    REF("parameters", "IfNoneMatch") "," REF("parameters", "AcceptLanguage") "],"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS ",'ETag':" REF("headers", "ETag") "},"
    "'content':{'application/json':{'schema':" REF("schemas", "thing")
    "}}},'304':{'description':'Unchanged since the answer with this ETag.'}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("404", "`not-found`") "," PROBLEM("408", "`timeout`") "," SIZES "," ALWAYS "},"
    "'security':[]}},"
    "'/public/a-part':{'get':{'operationId':'get_public_a_part','summary':'Cached.','tags':['things']," PUBLIC ","
    "'parameters':[" REF("parameters", "IfNoneMatch") "," REF("parameters", "AcceptLanguage") "],"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS ",'ETag':" REF("headers", "ETag") "},"
    "'content':{'application/json':{'schema':" REF("schemas", "part_2")
    "}}},'304':{'description':'Unchanged since the answer with this ETag.'}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("408", "`timeout`") "," SIZES "," ALWAYS "},"
    "'security':[]}},"
    "'/raw':{'post':{'operationId':'post_raw','summary':'Raw.','tags':['things']," SELF ","
    "'parameters':[{'name':'dry_run','in':'query','description':'Dry run.','schema':{'type':'boolean'}},"
    REF("parameters", "AcceptLanguage") "]," "'requestBody':{'required':true,"
    "'content':{'text/csv':{'schema':{'type':'string'}},'image/png':{'schema':{'type':'string'}}}},"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS "},"
    "'content':{'application/pdf':{'schema':{}},'image/png':{'schema':{}}}}," PROBLEM("400", "`invalid` `malformed`") ","
    PROBLEM("401", "`sign-in`") "," PROBLEM("403", "`csrf` `forbidden` `password-change`") "," PROBLEM("408", "`timeout`") ","
    SIZES "," ALWAYS "," PROBLEM("507", "`disk-full`") "},"
    "'security':[{'session':[],'csrf':[]},{'bearer':[]}]}},"
    "'/events':{'get':{'operationId':'get_events','summary':'Events.','tags':['things']," PUBLIC "," "'parameters':["
    REF("parameters", "AcceptLanguage") "],"
    "'responses':{'200':{'description':'The answer.'," "'headers':{" HEADERS "},"
    "'content':{'text/event-stream':{'schema':{}}}}," PROBLEM("400", "`invalid` `malformed`") "," PROBLEM("408", "`timeout`")
    "," SIZES "," ALWAYS "},"
    "'security':[]}}}," COMPONENTS ","
    "'thing_page':{'type':'object','additionalProperties':false,"
    "'properties':{'rows':{'type':'array','maxItems':200,'items':" REF("schemas", "thing") "},"
    "'next':{'type':['string','null'],'description':'Cursor of the next page, for `after`; null at the end.'},"
    "'total':{'type':['integer','null'],'description':'Rows in all pages; null where counting would be dear.'}},"
    "'required':['rows','next','total']},"
    "'thing_in':{'type':'object','additionalProperties':false," "'properties':{'id':{" ID ",'description':'Id.'},"
    "'version':{'type':'integer','format':'int64','description':'Version.'},"
    "'count':{'type':['integer','null'],'format':'int64'},"
    "'few':{'type':'integer','minimum':0,'maximum':9,'description':'Few.'},"
    "'low':{'type':'integer','minimum':-9,'maximum':0,'description':'Low.'},"
    "'flag':{'type':['boolean','null'],'description':'Flag.'},"
    "'region':{'type':['string','null'],'pattern':'^[1-9][0-9]{11}$','description':'Region.'},"
    "'points':{'type':'string','pattern':'^-?(0|[1-9][0-9]{0,11})(\\\\.[0-9]{1,2})?$','description':'Points.'},"
    "'fine':{'type':['string','null'],'pattern':'^(0|[1-9][0-9]{0,3})(\\\\.[0-9]{1,2})?$','description':'Fine.'},"
    "'debt':{'type':'string','pattern':'^-?(0|[1-9][0-9]{0,2})(\\\\.[0-9]{1,2})?$','description':'Debt.'},"
    "'day':{'type':'string','format':'date','pattern':'^(19|20|21)[0-9]{2}-','description':'Day.'},"
    "'at':{'type':['string','null'],'format':'date-time','pattern':'^(19|20|21)[0-9]{2}-','description':'At.'},"
    "'text':{'type':'string','pattern':'^" CLEAN "$','minLength':1,'maxLength':100,'description':'Text.'},"
    "'note':{'type':['string','null'],'pattern':'^" CLEAN "$','description':'Note.'},"
    "'colour':{'type':'string','enum':['red','green'],'description':'Colour.'},"
    "'shade':{'type':['string','null'],'enum':['red','green',null],'description':'Shade.'}," "'raw':{'description':'Raw.'},"
    "'words':{'type':['array','null'],'items':{'type':'string','minLength':1,'maxLength':500},'minItems':1,'maxItems':5,"
    "'description':'Words.'}," "'ids':{'type':'array','items':{" ID "},'description':'Ids.'},"
    "'parts':{'type':'array','items':" REF("schemas", "part_in") ",'maxItems':3,'description':'Parts.'},"
    "'more':{'type':['array','null'],'items':" REF("schemas", "part_in") ",'minItems':2,'description':'More.'},"
    "'part':{'$ref':'#/components/schemas/part_in','description':'Part.'}," "'maybe':{'anyOf':[" REF("schemas", "part_in")
    ",{'type':'null'}],'description':'Maybe.'}},"
    "'required':['id','version','few','low','points','debt','day','text','colour','ids','parts','part']},"
    "'part':{'type':'object','additionalProperties':false," "'properties':{'id':{" ID ",'description':'Id.'},"
    "'name':{'type':['string','null'],'maxLength':40}},"
    "'required':['id','name']},"
    "'change_in':{'type':'object','additionalProperties':false," "'properties':{'text':{'type':['string','null'],'pattern':'^"
    CLEAN "$','maxLength':100,'description':'Text.'}}},"
    "'thing':{'type':'object','additionalProperties':false,"
    "'properties':{'village':{'type':'string','pattern':'^[0-9]{12}$','description':'Village.'}," "'id':{" ID
    ",'description':'Id.'}," "'version':{'type':'integer','format':'int64','description':'Version.'},"
    "'count':{'type':['integer','null'],'format':'int64'},"
    "'few':{'type':'integer','minimum':0,'maximum':9,'description':'Few.'},"
    "'low':{'type':'integer','minimum':-9,'maximum':0,'description':'Low.'},"
    "'flag':{'type':['boolean','null'],'description':'Flag.'},"
    "'region':{'type':['string','null'],'pattern':'^[0-9]{12}$','description':'Region.'},"
    "'points':{'type':'string','pattern':'^-?[0-9]{1,14}\\\\.[0-9]{2}$','description':'Points.'},"
    "'fine':{'type':['string','null'],'pattern':'^-?[0-9]{1,14}\\\\.[0-9]{2}$','description':'Fine.'},"
    "'debt':{'type':'string','pattern':'^-?[0-9]{1,14}\\\\.[0-9]{2}$','description':'Debt.'},"
    "'day':{'type':'string','format':'date','description':'Day.'},"
    "'at':{'type':['string','null'],'format':'date-time','description':'At.'},"
    "'text':{'type':'string','minLength':1,'maxLength':100,'description':'Text.'},"
    "'note':{'type':['string','null'],'description':'Note.'},"
    "'colour':{'type':'string','enum':['red','green'],'description':'Colour.'},"
    "'shade':{'type':['string','null'],'enum':['red','green',null],'description':'Shade.'}," "'raw':{'description':'Raw.'},"
    "'words':{'type':'array','items':{'type':'string'},'minItems':1,'maxItems':5,'description':'Words.'},"
    "'ids':{'type':'array','items':{" ID "},'description':'Ids.'},"
    "'parts':{'type':'array','items':" REF("schemas", "part") ",'maxItems':3,'description':'Parts.'},"
    "'more':{'type':'array','items':" REF("schemas", "part") ",'minItems':2,'description':'More.'},"
    "'part':{'$ref':'#/components/schemas/part','description':'Part.'}," "'maybe':{'anyOf':[" REF("schemas", "part")
    ",{'type':'null'}],'description':'Maybe.'}},"
    "'required':['village','id','version','count','few','low','flag','region','points','fine','debt','day','at','text',"
    "'note','colour','shade','raw','words','ids','parts','more','part','maybe']},"
    "'part_2':{'type':'object','additionalProperties':false," "'properties':{'name':{'type':'string','description':'Name.'}},"
    "'required':['name']},"
    "'part_in':{'type':'object','additionalProperties':false," "'properties':{'id':{" ID ",'description':'Id.'},"
    "'name':{'type':['string','null'],'pattern':'^" CLEAN "$','maxLength':40}},"
    "'required':['id']}}}}";

/* ---- the test ---- */

/* Of the errors an operation may answer with, only the codes; without the components that are constants. */
static char *shortened(struct arena *mem, const char *p)
{
    struct buf b = buf_in(mem, 1 << 20);
    static const char said[] = "\"description\":\"`", parts[] = "\"components\":", schemas[] = ",\"thing_page\":{";
    while (*p) {
        if (!strncmp(p, parts, sizeof parts - 1)) {
            const char *end = strstr(p, schemas);
            assert_non_null(end);
            buf_add(&b, parts, sizeof parts - 2);
            p = end;
        } else if (!strncmp(p, said, sizeof said - 1)) {
            buf_add(&b, said, sizeof said - 2);
            for (p += sizeof said - 2; *p == '`';) {
                size_t code = strcspn(p + 1, "`") + 2, n = strcspn(p, "\\\"");
                assert_true(p[code] == ' ' && n > code + 5); /* what it means */
                buf_add(&b, p, code);
                p += n;
                if (*p == '"') break;
                assert_memory_equal(p, "\\n\\n`", 5);
                p += 4;
                buf_putc(&b, ' ');
            }
        } else {
            buf_putc(&b, *p++);
        }
    }
    return b.p;
}

static void document(void **state)
{
    struct arena *mem = *state;
    const char *made = http_openapi(mem, slices);
    for (const char *const *k = (const char *const[]){ "securitySchemes\":{\"session", "parameters\":{\"IdempotencyKey", "headers\":{\"RequestId",
                                                       "schemas\":{\"problem", NULL }; *k; k++)
        EXPECT(strstr(made, arena_printf(mem, "\"%s\":{", *k)), "%s", *k);
    const char *got = shortened(mem, made);
    char *want = arena_strdup(mem, expected);
    for (char *p = want; *p; p++)
        if (*p == '\'') *p = '"';
    size_t n = 0;
    while (got[n] && got[n] == want[n]) n++;
    EXPECT(!strcmp(got, want), "behind …%.*s\n  is   %.80s\n  not  %.80s", (int)(n < 80 ? n : 80), got + (n < 80 ? 0 : n - 80), got + n, want + n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(document) };
    return cmocka_run_group_tests_name("openapi", tests, NULL, NULL);
}
