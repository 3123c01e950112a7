// Recommendations, publications and rankings: what is theirs alone.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)
#define ITEM "{\"text\":\"虚构：公开账目\"}"

static struct answer recommend(enum transport t, const char *items, const char *more) {
  return ask(world()->client, t, token_of("supervisor.linxi"), "RecommendationService/CreateRecommendation",
             "{\"recommendation\":{\"number\":\"%s\",\"addressedTo\":\"某局\",\"issuedOn\":\"2024-03-05\",\"items\":[%s]%s}}",
             fresh_id(), items, more);
}

static struct answer publish(enum transport t, const char *kind, const char *more) {
  return ask(world()->client, t, token_of("supervisor.linxi"), "PublicationService/CreatePublication",
             "{\"publication\":{\"kind\":\"PUBLICATION_KIND_%s\",\"title\":\"虚构\",\"publishedOn\":\"2024-03-05\"%s}}", kind,
             more);
}

static void an_item_is_due_with_the_reply_unless_it_says_when(void) {
  BOTH(t) {
    struct answer made =
        recommend(t, ITEM ",{\"text\":\"二\",\"dueOn\":\"2024-05-01\",\"verifiedOn\":\"2024-05-02\",\"rectified\":false}",
                  ",\"replyDueOn\":\"2024-04-05\",\"institutions\":[{\"name\":\"制度\",\"revisedOn\":\"2024-04-01\"}]");
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "items.0.dueOn"), "2024-04-05");
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "items.1.dueOn"), "2024-05-01");
    CU_ASSERT_PTR_NULL(json_at(made.body, "items.0.rectified"));
    CU_ASSERT_TRUE(json_is_false(json_at(made.body, "items.1.rectified")));
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "institutions.0.revisedOn"), "2024-04-01");
    struct answer never = recommend(t, ITEM, "");
    CU_ASSERT_TRUE(names_field(&never, "recommendation.items", "REQUIRED"));
    struct answer mute = recommend(t, ITEM, ",\"replyDueOn\":\"2024-04-05\",\"repliedOn\":\"2024-04-01\"");
    CU_ASSERT_TRUE(names_field(&mute, "recommendation.reply", "REQUIRED"));
  }
}

static void what_is_late_is_found_until_it_was_rectified(void) {
  BOTH(t) {
    struct answer late = recommend(t, ITEM, ",\"replyDueOn\":\"2024-04-05\",\"repliedOn\":\"2024-04-01\",\"reply\":\"已办\"");
    const char *list = "RecommendationService/ListRecommendations";
    size_t before = count_of(t, "supervisor.linxi", list, "recommendations", "\"overdue\":\"OVERDUE_ONLY\"");
    struct answer done = ask(world()->client, t, token_of("supervisor.linxi"), "RecommendationService/UpdateRecommendation",
                             "{\"recommendation\":{\"id\":\"%s\",\"etag\":\"%s\",\"items\":[{\"text\":\"一\",\"verifiedOn\":"
                             "\"2024-04-03\",\"rectified\":true}]},\"updateMask\":\"items\"}",
                             text_at(late.body, "id"), text_at(late.body, "etag"));
    CU_ASSERT_EQUAL_FATAL(done.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "items.0.dueOn"), "2024-04-05");
    CU_ASSERT_EQUAL(count_of(t, "supervisor.linxi", list, "recommendations", "\"overdue\":\"OVERDUE_ONLY\""), before - 1);
  }
}

static void what_follows_from_a_lead_is_hidden_from_those_complained_of(void) {
  BOTH(t) {
    const char *lead = fresh_id();
    const char *against =
        arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]", id_of("officer.linxi.2"));
    CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                              lead_json(lead, LINXI_VILLAGE, against))
                              .code,
                          CODE_OK);
    struct answer made =
        recommend(t, ITEM, arena_printf(client_memory(), ",\"replyDueOn\":\"2024-04-05\",\"leadId\":\"%s\"", lead));
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    const char *get = "RecommendationService/GetRecommendation", *id = text_at(made.body, "id");
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "leadId"), lead);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), get, "{\"id\":\"%s\"}", id).code, CODE_OK);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi.2"), get, "{\"id\":\"%s\"}", id).code, CODE_NOT_FOUND);
  }
}

static void a_publication_says_only_what_its_kind_has(void) {
  BOTH(t) {
    struct answer notice = publish(t, "NOTICE", ",\"views\":\"12\",\"viewsReadOn\":\"2024-04-01\"");
    CU_ASSERT_STRING_EQUAL(text_at(notice.body, "views"), "12");
    struct answer lasting = publish(t, "NOTICE", ",\"inForceTo\":\"2024-12-31\"");
    CU_ASSERT_TRUE(names_field(&lasting, "publication.in_force_to", "NOT_OF_THIS_KIND"));
    struct answer seen = publish(t, "DISCLOSURE_ITEM", ",\"views\":\"1\",\"viewsReadOn\":\"2024-04-01\"");
    CU_ASSERT_TRUE(names_field(&seen, "publication.views", "NOT_OF_THIS_KIND"));
    struct answer caseless = publish(t, "PUBLICISED_CASE", "");
    CU_ASSERT_TRUE(names_field(&caseless, "publication.case_id", "REQUIRED"));
    struct answer item = publish(t, "DISCLOSURE_ITEM", ",\"inForceTo\":\"2024-03-10\"");
    CU_ASSERT_EQUAL_FATAL(item.code, CODE_OK);
    const char *list = "PublicationService/ListPublications";
    CU_ASSERT_TRUE(count_of(t, "officer.linxi", list, "publications", "\"inForceOn\":\"2024-03-10\"") > 0);
    CU_ASSERT_EQUAL(count_of(t, "officer.linxi", list, "publications", "\"inForceOn\":\"2024-03-11\""), 0);
  }
}

static const char *year_ranked(int year, int rank) {
  return arena_printf(client_memory(),
                      "{\"indicator\":{\"kind\":\"INDICATOR_KIND_EXTERNAL_ANTICORRUPTION_SATISFACTION\",\"regionCode\":\"" LINXI
                      "\",\"year\":%d,\"rank\":%d,\"rankedOf\":12,\"source\":\"虚构\"}}",
                      year, rank);
}

static void a_year_is_ranked_once(void) {
  BOTH(t) {
    const char *method = "IndicatorService/CreateIndicator", *token = token_of("supervisor.linxi");
    CU_ASSERT_EQUAL(ask(world()->client, t, token, method, "%s", year_ranked(2010 + (int)t, 1)).code, CODE_OK);
    struct answer twice = ask(world()->client, t, token, method, "%s", year_ranked(2010 + (int)t, 2));
    CU_ASSERT_TRUE(names_field(&twice, "indicator.year", "ALREADY_EXISTS"));
    struct answer behind = ask(world()->client, t, token, method, "%s", year_ranked(2015, 13));
    CU_ASSERT_TRUE(names_field(&behind, "indicator.rank", "OUT_OF_RANGE"));
    struct answer ahead = ask(world()->client, t, token, method, "%s", year_ranked(2199, 1));
    CU_ASSERT_TRUE(names_field(&ahead, "indicator.year", "OUT_OF_RANGE"));
  }
}

SUITE_WITH(recommendations, world_open, client_forget, 120, TEST(an_item_is_due_with_the_reply_unless_it_says_when),
           TEST(what_is_late_is_found_until_it_was_rectified),
           TEST(what_follows_from_a_lead_is_hidden_from_those_complained_of), TEST(a_publication_says_only_what_its_kind_has),
           TEST(a_year_is_ranked_once));
