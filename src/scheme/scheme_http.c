/* The slice's one table of routes, and the rules as people read them. Versions are in scheme_http_version.c, drafts in
 * scheme_http_draft.c, checking and telling texts in scheme_http_tool.c. */
#include "http/command.h"
#include "scheme/scheme_http.h"
#include "scheme/scheme_http_tool.h"
#include "scheme/scheme_tool.h"

/* ---- the rules in words ---- */

struct rules_in { int64_t village, on; };
static const struct field rules_in_fields[] = {
    F(rules_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(rules_in, on, K_DATE, IN_QUERY | OPT, 0, 0, "The rules in force on this date; today if absent."),
    { 0 }
};
static RECORD(rules_in);

static const struct err *get_rules(struct req *r)
{
    const struct rules_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;

    TRY(scheme_in_force(r, in->village, in->on == NONE ? r->today : in->on, &s));
    TRY(scheme_version_load(r, in->village, s->version, &v));
    struct rules *out = tool_rules(r->mem, s);
    out->village = in->village;
    out->meeting = v->meeting;
    out->meeting_on = v->meeting_on;
    out->votes_for = v->votes_for;
    out->votes_against = v->votes_against;
    out->votes_abstain = v->votes_abstain;
    r->out = out;
    return NULL;
}

static const enum err_code rules_errors[] = { ERR_NO_SCHEME, ERR_NONE };
static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NONE };
static const enum err_code adopt_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_SCHEME_FROM, ERR_MEETING, ERR_DUPLICATE, ERR_NONE };
static const enum err_code withdraw_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_NONE };
static const enum err_code draft_new_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_CONFLICT, ERR_TOO_LARGE, ERR_NONE };
static const enum err_code draft_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_STALE, ERR_CONFLICT, ERR_TOO_LARGE, ERR_NONE };
static const enum err_code draft_diff_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_SCHEME, ERR_NONE };
static const enum err_code draft_adopt_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_SCHEME_FROM, ERR_MEETING, ERR_DUPLICATE, ERR_STATE, ERR_STALE,
                                                    ERR_CONFLICT, ERR_NONE };

static const enum err_code card_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_NONE };
static const enum err_code cards_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_TOO_LARGE, ERR_NONE };

static const struct route scheme_routes[] = {
    { "GET", "/public/villages/{village}/scheme", PERM_PUBLIC, TX_READ, &rules_in_record, &rules_record, get_rules, rules_errors,
      ROUTE_CACHE, NULL, NULL, "The rules in force, in words, by category." },
    { "GET", "/public/villages/{village}/schemes", PERM_PUBLIC, TX_READ, &public_schemes_in_record, &public_version_record,
      get_public_schemes, NULL, ROUTE_PAGE | ROUTE_CACHE, NULL, NULL, "Who adopted the rules and when: the versions that were, are or will be in force." },
    { "GET", "/public/villages/{village}/scheme/notice", PERM_PUBLIC, TX_READ, &notice_in_record, &scheme_notice_record, get_notice,
      rules_errors, ROUTE_CACHE, NULL, NULL, "The rules in force as the notice on the wall: headings, sentences, tables." },
    { "GET", "/public/villages/{village}/scheme/notice.pdf", PERM_PUBLIC, TX_READ, &notice_pdf_in_record, NULL, get_notice_pdf,
      rules_errors, ROUTE_FILE | ROUTE_CACHE, NULL, "application/pdf", "The notice of the rules in force for printing. 积分办法公示" },
    { "GET", "/public/villages/{village}/scheme/estimate", PERM_PUBLIC, TX_READ, &estimate_in_record, &scheme_estimate_record, get_estimate,
      rules_errors, ROUTE_CACHE, NULL, NULL, "What a deed would earn, before limits. 这件事能得几分" },
    { "GET", "/villages/{village}/schemes/{scheme}/notice.pdf", PERM_SELF, TX_READ, &version_pdf_in_record, NULL, get_version_pdf,
      read_errors, ROUTE_FILE, NULL, "application/pdf", "The notice of one version for printing." },
    { "GET", "/me/classes", PERM_SELF, TX_READ, NULL, &my_classes_record, get_my_classes, NULL, 0, NULL, NULL,
      "Which rules are one's own: the classes of oneself and of the household." },
    { "GET", "/villages/{village}/households/{household}/card.pdf", PERM_SELF, TX_READ, &card_in_record, NULL, get_card, card_errors,
      ROUTE_FILE, NULL, "application/pdf", "The rules that apply to a household on one page. 积分明白卡" },
    { "GET", "/villages/{village}/cards.pdf", PERM_PEOPLE_READ, TX_READ, &cards_in_record, NULL, get_cards, cards_errors, ROUTE_FILE, NULL,
      "application/pdf", "The cards of all households, or of a group or a grid." },
    { "GET", "/villages/{village}/schemes", PERM_SELF, TX_READ, &schemes_in_record, &scheme_version_record, get_schemes, NULL,
      ROUTE_PAGE, NULL, NULL, "Versions of a village's scheme (of a township's template), newest first." },
    { "GET", "/villages/{village}/schemes/{scheme}", PERM_SELF, TX_READ, &scheme_key_in_record, &scheme_version_record, get_scheme,
      read_errors, 0, NULL, NULL, "One version with its text." },
    { "GET", "/villages/{village}/schemes/{scheme}/diff", PERM_SELF, TX_READ, &scheme_diff_in_record, &scheme_diff_record,
      get_scheme_diff, read_errors, 0, NULL, NULL, "What a version does differently, in sentences." },
    { "POST", "/villages/{village}/schemes", PERM_SCHEME_WRITE, TX_WRITE, &adopt_in_record, &scheme_version_record, post_scheme,
      adopt_errors, ROUTE_RAW | ROUTE_CREATED, "text/yaml", NULL, "Put a scheme in force from a date, with the meeting that adopted it." },
    { "POST", "/villages/{village}/schemes/{scheme}/withdraw", PERM_SCHEME_WRITE, TX_WRITE, &withdraw_in_record, &scheme_version_record,
      post_withdraw, withdraw_errors, 0, NULL, NULL, "Withdraw a version before its first day; the record keeps the reason." },
    { "GET", "/villages/{village}/drafts", PERM_SCHEME_WRITE, TX_READ, &drafts_in_record, &scheme_draft_record, get_drafts, NULL,
      ROUTE_PAGE, NULL, NULL, "Drafts, last changed first." },
    { "POST", "/villages/{village}/drafts", PERM_SCHEME_WRITE, TX_WRITE, &draft_new_in_record, &scheme_draft_record, post_draft,
      draft_new_errors, ROUTE_CREATED, NULL, NULL, "Begin a draft: blank, from a preset, a version, the township's template, a draft or a text." },
    { "GET", "/villages/{village}/drafts/{draft}", PERM_SCHEME_WRITE, TX_READ, &draft_key_in_record, &scheme_draft_record, get_draft,
      read_errors, 0, NULL, NULL, "One draft with its text and findings." },
    { "PUT", "/villages/{village}/drafts/{draft}", PERM_SCHEME_WRITE, TX_WRITE, &draft_save_in_record, &scheme_draft_record, put_draft,
      draft_errors, ROUTE_RAW, "text/yaml", NULL, "Save a draft's text, errors and all." },
    { "DELETE", "/villages/{village}/drafts/{draft}", PERM_SCHEME_WRITE, TX_WRITE, &draft_match_in_record, NULL, delete_draft,
      draft_errors, 0, NULL, NULL, "Delete a draft; it can be brought back." },
    { "POST", "/villages/{village}/drafts/{draft}/restore", PERM_SCHEME_WRITE, TX_WRITE, &draft_key_in_record, &scheme_draft_record,
      post_draft_restore, draft_errors, 0, NULL, NULL, "Bring a deleted draft back." },
    { "GET", "/villages/{village}/drafts/{draft}/diff", PERM_SCHEME_WRITE, TX_READ, &draft_diff_in_record, &scheme_diff_record,
      get_draft_diff, draft_diff_errors, 0, NULL, NULL, "What a draft would do differently, in sentences." },
    { "POST", "/villages/{village}/drafts/{draft}/adopt", PERM_SCHEME_WRITE, TX_WRITE, &draft_adopt_in_record, &scheme_version_record,
      post_draft_adopt, draft_adopt_errors, ROUTE_CREATED, NULL, NULL, "Enter that the village meeting adopted a draft, with votes and minutes." },
    { "GET", "/villages/{village}/schemes/{scheme}/template", PERM_SELF, TX_READ, &beside_in_record, &beside_record, get_scheme_template,
      read_errors, 0, NULL, NULL, "How a version differs from the township's template, and whether it may." },
    { "GET", "/villages/{village}/drafts/{draft}/template", PERM_SCHEME_WRITE, TX_READ, &draft_beside_in_record, &beside_record,
      get_draft_template, draft_diff_errors, 0, NULL, NULL, "The same of a draft." },
    { "GET", "/regions/{region}/schemes", PERM_REGION_READ, TX_READ, &region_schemes_in_record, &village_scheme_record, get_region_schemes,
      draft_diff_errors, ROUTE_PAGE, NULL, NULL, "The schemes of a township's villages: in force since when, extending its template or not, how many differences." },
    { "GET", "/schemes/presets", PERM_SELF, TX_READ, &presets_in_record, &scheme_preset_record, get_presets, NULL, ROUTE_PAGE, NULL, NULL,
      "The schemes that come with the program." },
    { "GET", "/schemes/presets/{preset}", PERM_SELF, TX_READ, &preset_in_record, &scheme_preset_record, get_preset, read_errors, 0, NULL,
      NULL, "One of them with its text." },
    { "POST", "/schemes/check", PERM_SELF, TX_READ, &check_at_in_record, &checked_record, scheme_post_check, NULL,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL, "Check a scheme: all findings with line and column, and the rules in words." },
    { "POST", "/schemes/print", PERM_SELF, TX_READ, &check_in_record, &noticed_record, scheme_post_print, NULL,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL, "The notice of a scheme for the wall, as text." },
    { "POST", "/schemes/choices", PERM_SELF, TX_READ, &check_in_record, &choices_told_record, scheme_post_choices, NULL,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL, "What a scheme chose where its source is silent." },
    { "POST", "/schemes/explain", PERM_SELF, TX_READ, &explain_in_record, &explained_record, scheme_post_explain, NULL,
      ROUTE_QUIET, NULL, NULL, "Work out facts by a scheme: every number, rank, title and yuan with how it came about." },
    { "POST", "/schemes/award", PERM_SELF, TX_READ, &award_in_record, &awarded_record, scheme_post_award, NULL,
      ROUTE_QUIET, NULL, NULL, "What one deed would earn beside earlier ones." },
    { "POST", "/schemes/diff", PERM_SELF, TX_READ, &diff_in_record, &compared_record, scheme_post_diff, NULL,
      ROUTE_QUIET, NULL, NULL, "What two schemes do differently, in sentences." },
    { "GET", "/schemes/schema", PERM_SELF, TX_NONE, NULL, NULL, scheme_get_schema, NULL, ROUTE_FILE, NULL,
      "application/schema+json", "The JSON Schema of the scheme language, for editors." },
    { 0 }
};

extern const struct migration scheme_migrations[];
extern const struct command scheme_commands[];
const struct slice scheme_slice = {
    .name = "scheme", .routes = scheme_routes, .migrations = scheme_migrations, .commands = scheme_commands,
};
