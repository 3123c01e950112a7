// The table of rights stands here, and how its requests are filled in, made and compared.

#include "support/rights.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LATER_S = 200 * 24 * 3600, // later than any deadline of a new lead
  LIST_PAGE = 500,
  LIST_PAGES_MAX = 200,
};

const char *const callers[CALLERS] = {
    "officer.linxi",
    "officer.linxi.2",
    "officer.balin",
    "supervisor.linxi",
    "supervisor.chifeng",
    "analyst.chifeng",
    "auditor",
    "admin",
    "nobody",
    NULL,
    NULL,
};

const struct right rights[] = {
    {"AuthService/Login", "{\"username\":\"supervisor.chifeng\",\"password\":\"$password\",\"device\":{\"id\":\"$new\"}}",
     "ooooooooooo", NULL},
    {"AuthService/Enrol",
     "{\"username\":\"$username\",\"code\":\"never given\",\"newPassword\":\"a new long one\",\"device\":{\"id\":\"$new\"}}",
     "uuuuuuuuuuu", NULL},
    {"AuthService/Refresh", "{\"refreshToken\":\"never given\",\"deviceId\":\"$new\"}", "uuuuuuuuuuu", NULL},
    {"AuthService/Logout", "{}", "ooooooooouu", NULL},
    {"AuthService/WhoAmI", "{}", "ooooooooouu", NULL},
    {"AuthService/ChangePassword", "{\"oldPassword\":\"not the old one\",\"newPassword\":\"a new long one\"}", "iiiiiiiiiuu",
     NULL},
    {"AuthService/ListSessions", "{}", "ooooooooouu", NULL},
    {"AuthService/RevokeSession", "{\"id\":\"$session\"}", "nnnnnnnnnuu", NULL},
    {"SyncService/Push", "{\"visits\":[$a_visit]}", "oooooffffuu", NULL},
    {"SyncService/Pull", "{}", "ooooooooouu", NULL},
    {"VisitService/CreateVisit", "{\"visit\":$a_visit}", "oooooffffuu", NULL},
    {"VisitService/CreateVisit", "{\"visit\":$a_visit_that_solved_the_lead}", "oiiooffffuu", "iioioffffuu"},
    {"VisitService/GetVisit", "{\"id\":\"$visit\"}", "onnooffffuu", "nnonoffffuu"},
    {"VisitService/ListVisits", "{}", "oooooffffuu", NULL},
    {"VisitService/UpdateVisit",
     "{\"visit\":{\"id\":\"$visit\",\"etag\":\"$visit_etag\",\"purpose\":\"更正\"},\"updateMask\":\"purpose\",\"reason\":"
     "\"更正\"}",
     "onnooffffuu", "nnonoffffuu"},
    {"VisitService/ListVisitVersions", "{\"id\":\"$visit\"}", "onnooffffuu", "nnonoffffuu"},
    {"VisitService/WithdrawVisit", "{\"id\":\"$visit\",\"etag\":\"$visit_etag\",\"reason\":\"误录\"}", "onnooffffuu",
     "nnonoffffuu"},
    {"VisitService/AcceptVisit", "{\"id\":\"$held\",\"etag\":\"$held_etag\"}", "fffooffffuu", "fffnoffffuu"},
    {"VisitService/PlanVisits", "{\"regionCodes\":[\"" LINXI_VILLAGE "\"],\"officerIds\":[\"$user\"],\"dueOn\":\"2199-01-01\"}",
     "fffooffffuu", NULL},
    {"VisitService/PlanVisits", "{\"regionCodes\":[\"" BALIN_VILLAGE "\"],\"officerIds\":[\"$user\"],\"dueOn\":\"2199-01-01\"}",
     "ffffoffffuu", NULL},
    {"VisitService/UpdateVisitPlan",
     "{\"plan\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"purpose\":\"回访\"},\"reason\":\"更正\"}", "fffnnffffuu", NULL},
    {"VisitService/WithdrawVisitPlan", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"取消\"}", "fffnnffffuu", NULL},
    {"VisitService/ListVisitPlans", "{}", "oooooffffuu", NULL},
    {"VisitService/ListCoverage", "{}", "fffooffffuu", NULL},
    {"PhotoService/CreatePhoto", "{\"photo\":$a_photo_of_the_visit}", "oiiooffffuu", "iioioffffuu"},
    {"PhotoService/CreatePhoto", "{\"photo\":$a_photo_of_the_lead}", "oiiooffffuu", "iioioffffuu"},
    {"PhotoService/GetPhoto", "{\"id\":\"$visit_photo\"}", "onnooffffuu", "nnonoffffuu"},
    {"PhotoService/GetPhoto", "{\"id\":\"$lead_photo\"}", "onnooffffuu", "nnonoffffuu"},
    {"PhotoService/ListPhotos", "{\"visitId\":\"$visit\",\"total\":true}", "oeeooffffuu", "eeoeoffffuu"},
    {"PhotoService/ListPhotos", "{\"leadId\":\"$lead\",\"total\":true}", "oeeooffffuu", "eeoeoffffuu"},
    {"LeadService/CreateLead", "{\"lead\":$a_lead}", "oooooffffuu", NULL},
    {"LeadService/GetLead", "{\"id\":\"$lead\"}", "onnooffffuu", "nnonoffffuu"},
    {"LeadService/ListLeads", "{}", "oooooffffuu", NULL},
    {"LeadService/WatchLeads", "{}", "oooooffffuu", NULL},
    {"ExportService/ExportLeads", "{\"format\":\"csv\"}", "fffooffffuu", NULL},
    {"ExportService/ExportVisits", "{\"format\":\"geojson\"}", "fffooffffuu", NULL},
    {"LeadService/UpdateLead",
     "{\"lead\":{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"narrative\":\"虚构：更正\"},\"updateMask\":\"narrative\","
     "\"reason\":\"更正\"}",
     "onnooffffuu", "nnonoffffuu"},
    {"LeadService/AddNote", "{\"id\":\"$lead\",\"note\":\"已联系\"}", "onnooffffuu", "nnonoffffuu"},
    {"LeadService/ListLeadEvents", "{\"id\":\"$lead\"}", "onnooffffuu", "nnonoffffuu"},
    {"LeadService/RevealReporter", "{\"id\":\"$lead\",\"purpose\":\"核实情况\"}", "onnooffffuu", "nnonoffffuu"},
    {"LeadService/RequestBulkReveal", "{\"leadIds\":[\"$lead\"],\"purpose\":\"专项回访\"}", "fffooffffuu", "fffioffffuu"},
    {"LeadService/MatchAccused", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"place\":1,\"userId\":\"$user\"}", "onnooffffuu",
     "nnonoffffuu"},
    {"LeadService/AdvanceLead", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"to\":\"LEAD_STATE_ACCEPTED\"}", "pnnooffffuu",
     "nnpnoffffuu"},
    {"LeadService/HandOver", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"officeId\":\"$office\",\"reason\":\"转交\"}",
     "onnooffffuu", "nnonoffffuu"},
    {"LeadService/AcceptHandOver", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\"}", "fnnffffffuu", "nnfnfffffuu"},
    {"LeadService/ExtendDeadline", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"dueAt\":\"$later\",\"reason\":\"延期\"}",
     "fnnooffffuu", "nnfnoffffuu"},
    {"LeadService/LinkLead", "{\"id\":\"$lead\",\"otherId\":\"$other_lead\",\"reason\":\"同一事项\"}", "onnooffffuu",
     "nnonoffffuu"},
    {"LeadService/Recuse", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"reason\":\"亲属\"}", "onnooffffuu", "nnonoffffuu"},
    {"LeadService/TellReporter",
     "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"feedback\":{\"way\":\"FEEDBACK_WAY_PHONE\",\"audience\":"
     "\"FEEDBACK_AUDIENCE_REPORTER\"}}",
     "pnnppffffuu", "nnpnpffffuu"},
    {"LeadService/ProposeTalk",
     "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"person\":{\"name\":\"某甲\"},\"heldAt\":\"2026-01-01T00:00:00Z\"}",
     "pnnppffffuu", "nnpnpffffuu"},
    {"LeadService/ApproveTalk", "{\"id\":\"$lead\",\"etag\":\"$lead_etag\",\"talkId\":\"$new\"}", "fffnnffffuu", NULL},
    {"CaseService/CreateCase", "{\"case\":{\"title\":\"虚构：测试\",\"leadIds\":[\"$lead\"]}}", "oiiooffffuu", "iioioffffuu"},
    {"CaseService/GetCase", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"CaseService/ListCaseEvents", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"CaseService/ListCases", "{}", "oooooffffuu", NULL},
    {"CaseService/AddCaseLead", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"leadId\":\"$lead\"}", "nnnnnffffuu", NULL},
    {"CaseService/AddCasePerson", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"person\":{\"name\":\"某甲\"}}", "nnnnnffffuu",
     NULL},
    {"CaseService/ConfirmSamePerson", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"personId\":\"$new\"}", "fffnnffffuu", NULL},
    {"CaseService/ProposeHandling",
     "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"personId\":\"$new\",\"form\":\"HANDLING_FORM_FIRST\",\"decidedAt\":"
     "\"2026-01-01T00:00:00Z\"}",
     "nnnnnffffuu", NULL},
    {"CaseService/ApproveHandling", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"handlingId\":\"$new\"}", "fffnnffffuu", NULL},
    {"CaseService/RecordReview",
     "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"handlingId\":\"$new\",\"kind\":\"REVIEW_KIND_SAME_LEVEL\",\"askedAt\":"
     "\"2026-01-01T00:00:00Z\"}",
     "nnnnnffffuu", NULL},
    {"StepService/ListSteps", "{}", "ooooooooouu", NULL},
    {"StepService/ListDeadlines", "{}", "ooooooooouu", NULL},
    {"StepService/SetStep",
     "{\"step\":{\"from\":\"LEAD_STATE_CASE_FILED\",\"to\":\"LEAD_STATE_VERIFYING\",\"role\":\"STEP_ROLE_SUPERVISOR\","
     "\"needs\":"
     "[\"STEP_NEED_REASON\"]}}",
     "fffffffofuu", NULL},
    {"StepService/RemoveStep",
     "{\"from\":\"LEAD_STATE_VERIFYING\",\"to\":\"LEAD_STATE_SHELVED\",\"role\":\"STEP_ROLE_SUPERVISOR\"}", "fffffffofuu",
     NULL},
    {"StepService/SetDeadline", "{\"deadline\":{\"state\":\"LEAD_STATE_CLOSED\",\"workingDays\":9}}", "fffffffofuu", NULL},
    {"StepService/RemoveDeadline", "{\"state\":\"LEAD_STATE_REOPENED\"}", "fffffffofuu", NULL},
    {"RetentionService/ListRetention", "{}", "ooooooooouu", NULL},
    {"RetentionService/SetRetention", "{\"term\":{\"recordClass\":\"RECORD_CLASS_VISIT\",\"years\":9}}", "fffffffofuu", NULL},
    {"RetentionService/RemoveRetention", "{\"recordClass\":\"RECORD_CLASS_CASE\"}", "fffffffnfuu", NULL},
    {"RetentionService/HoldRecord", "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordId\":\"$lead\",\"reason\":\"诉讼\"}",
     "fffooffffuu", "fffioffffuu"},
    {"RetentionService/LiftHold", "{\"id\":\"$new\",\"reason\":\"结案\"}", "fffnnffffuu", NULL},
    {"RetentionService/ListHolds", "{}", "fffooffffuu", NULL},
    {"RetentionService/ListDue", "{\"recordClass\":\"RECORD_CLASS_LEAD\"}", "fffooffffuu", NULL},
    {"RetentionService/RequestErasing",
     "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordIds\":[\"$lead\"],\"reason\":\"销毁清册\"}", "fffppffffuu", "fffipffffuu"},
    {"PersonalDataService/RequestPersonalData",
     "{\"subject\":{\"name\":\"某\",\"phone\":\"1\"},\"regionCode\":\"" BALIN "\",\"reason\":\"第12号\"}", "fffioffffuu", NULL},
    {"PersonalDataService/OpenPersonalData", "{\"id\":\"$new\"}", "fffnnffffuu", NULL},
    {"CalendarService/ListHolidays", "{}", "ooooooooouu", NULL},
    {"CalendarService/SetHoliday", "{\"holiday\":{\"day\":\"$a_day\",\"kind\":\"HOLIDAY_KIND_HOLIDAY\",\"name\":\"测试\"}}",
     "fffffffofuu", NULL},
    {"RegionService/GetRegion", "{\"code\":\"" BALIN_VILLAGE "\"}", "ooooooooouu", NULL},
    {"RegionService/ListRegions", "{}", "ooooooooouu", NULL},
    {"FigureService/PublishReport", "{\"regionCode\":\"" LINXI "\",\"from\":\"2001-01-01\",\"to\":\"2002-01-01\"}",
     "fffooffffuu", NULL},
    {"FigureService/GetReport", "{\"id\":\"$new\"}", "fffnnnfffuu", NULL},
    {"FigureService/ListReports", "{}", "fffooofffuu", NULL},
    {"PublicService/ListPublicReports", "{}", "ooooooooooo", NULL},
    {"PublicService/GetPublicReport", "{\"id\":\"$new\",\"file\":\"index.html\"}", "nnnnnnnnnnn", NULL},
    {"FigureService/GetWorkReport", "{\"regionCode\":\"" CITY "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}",
     "fffooofffuu", NULL},
    {"FigureService/GetWorkReport", "{\"regionCode\":\"" BALIN "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}",
     "ffffoofffuu", NULL},
    {"FigureService/Breakdown",
     "{\"regionCode\":\"" CITY "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\",\"by\":\"class,month\"}", "fffooofffuu", NULL},
    {"FigureService/Breakdown",
     "{\"regionCode\":\"" BALIN "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\",\"by\":\"class,month\"}", "ffffoofffuu",
     NULL},
    {"FigureService/HotSpots", "{\"regionCode\":\"" CITY "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}", "fffooofffuu",
     NULL},
    {"FigureService/HotSpots", "{\"regionCode\":\"" BALIN "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}", "ffffoofffuu",
     NULL},
    {"FigureService/RankRegions", "{\"regionCode\":\"" CITY "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}", "fffooofffuu",
     NULL},
    {"FigureService/RankRegions", "{\"regionCode\":\"" BALIN "\",\"from\":\"2025-01-01\",\"to\":\"2026-01-01\"}", "ffffoofffuu",
     NULL},
    {"FigureService/Backlog", "{\"regionCode\":\"" CITY "\"}", "fffooofffuu", NULL},
    {"FigureService/Backlog", "{\"regionCode\":\"" BALIN "\"}", "ffffoofffuu", NULL},
    {"OfficeService/GetOffice", "{\"id\":\"$office\"}", "ooooooooouu", NULL},
    {"OfficeService/ListOffices", "{}", "ooooooooouu", NULL},
    {"CampaignService/CreateCampaign",
     "{\"campaign\":{\"name\":\"测试\",\"regionCodes\":[\"" LINXI "\"],\"startsOn\":\"2024-03-05\"}}", "fffooffffuu", NULL},
    {"CampaignService/CreateCampaign",
     "{\"campaign\":{\"name\":\"测试\",\"regionCodes\":[\"" LINXI "\",\"" BALIN "\"],\"startsOn\":\"2024-03-05\"}}",
     "ffffoffffuu", NULL},
    {"CampaignService/GetCampaign", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"CampaignService/ListCampaigns", "{}", "oooooffffuu", NULL},
    {"CampaignService/UpdateCampaign",
     "{\"campaign\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"name\":\"测试\"},\"updateMask\":\"name\"}", "fffnnffffuu", NULL},
    {"CampaignService/WithdrawCampaign", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu", NULL},
    {"InterviewService/CreateInterview",
     "{\"interview\":{\"officeId\":\"$near_office\",\"heldOn\":\"2024-03-05\",\"persons\":[{\"name\":\"某甲\"}],\"reason\":"
     "\"测试\"}}",
     "fffooffffuu", NULL},
    {"InterviewService/CreateInterview",
     "{\"interview\":{\"officeId\":\"$office\",\"heldOn\":\"2024-03-05\",\"persons\":[{\"name\":\"某甲\"}],\"reason\":\"测试\"}"
     "}",
     "ffffoffffuu", NULL},
    {"InterviewService/GetInterview", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"InterviewService/ListInterviews", "{}", "oooooffffuu", NULL},
    {"InterviewService/UpdateInterview",
     "{\"interview\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"测试\"},\"updateMask\":\"reason\"}", "fffnnffffuu",
     NULL},
    {"InterviewService/WithdrawInterview", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu",
     NULL},
    {"EducationService/CreateEducation",
     "{\"education\":{\"officeId\":\"$near_office\",\"heldOn\":\"2024-03-05\",\"title\":\"测试\",\"peopleReached\":1}}",
     "fffooffffuu", NULL},
    {"EducationService/CreateEducation",
     "{\"education\":{\"officeId\":\"$office\",\"heldOn\":\"2024-03-05\",\"title\":\"测试\",\"peopleReached\":1}}",
     "ffffoffffuu", NULL},
    {"EducationService/GetEducation", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"EducationService/ListEducations", "{}", "oooooffffuu", NULL},
    {"EducationService/UpdateEducation",
     "{\"education\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"title\":\"测试\"},\"updateMask\":\"title\"}", "fffnnffffuu",
     NULL},
    {"EducationService/WithdrawEducation", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu",
     NULL},
    {"CommendationService/CreateCommendation",
     "{\"commendation\":{\"officeId\":\"$near_office\",\"givenOn\":\"2024-03-05\",\"personName\":\"某甲\"}}", "fffooffffuu",
     NULL},
    {"CommendationService/CreateCommendation",
     "{\"commendation\":{\"officeId\":\"$office\",\"givenOn\":\"2024-03-05\",\"personName\":\"某甲\"}}", "ffffoffffuu", NULL},
    {"CommendationService/GetCommendation", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"CommendationService/ListCommendations", "{}", "oooooffffuu", NULL},
    {"CommendationService/UpdateCommendation",
     "{\"commendation\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"title\":\"测试\"},\"updateMask\":\"title\"}", "fffnnffffuu",
     NULL},
    {"CommendationService/WithdrawCommendation", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu",
     NULL},
    {"RecommendationService/CreateRecommendation",
     "{\"recommendation\":{\"officeId\":\"$near_office\",\"number\":\"$new\",\"addressedTo\":\"某局\",\"issuedOn\":\"2024-03-"
     "05\",\"replyDueOn\":\"2024-04-05\",\"items\":[{\"text\":\"测试\"}]}}",
     "fffooffffuu", NULL},
    {"RecommendationService/CreateRecommendation",
     "{\"recommendation\":{\"officeId\":\"$office\",\"number\":\"$new\",\"addressedTo\":\"某局\",\"issuedOn\":\"2024-03-05\","
     "\"replyDueOn\":\"2024-04-05\",\"items\":[{\"text\":\"测试\"}]}}",
     "ffffoffffuu", NULL},
    {"RecommendationService/CreateRecommendation",
     "{\"recommendation\":{\"number\":\"$new\",\"addressedTo\":\"某局\",\"issuedOn\":\"2024-03-05\",\"replyDueOn\":\"2024-04-"
     "05\",\"items\":[{\"text\":\"测试\"}],\"leadId\":\"$lead\"}}",
     "fffooffffuu", "fffioffffuu"},
    {"RecommendationService/GetRecommendation", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"RecommendationService/ListRecommendations", "{}", "oooooffffuu", NULL},
    {"RecommendationService/UpdateRecommendation",
     "{\"recommendation\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"number\":\"测试\"},\"updateMask\":\"number\"}",
     "fffnnffffuu", NULL},
    {"RecommendationService/WithdrawRecommendation", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}",
     "fffnnffffuu", NULL},
    {"PublicationService/CreatePublication",
     "{\"publication\":{\"officeId\":\"$near_office\",\"kind\":\"PUBLICATION_KIND_NOTICE\",\"title\":\"测试\",\"publishedOn\":"
     "\"2024-03-05\"}}",
     "fffooffffuu", NULL},
    {"PublicationService/CreatePublication",
     "{\"publication\":{\"officeId\":\"$office\",\"kind\":\"PUBLICATION_KIND_NOTICE\",\"title\":\"测试\",\"publishedOn\":"
     "\"2024-03-05\"}}",
     "ffffoffffuu", NULL},
    {"PublicationService/GetPublication", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"PublicationService/ListPublications", "{}", "oooooffffuu", NULL},
    {"PublicationService/UpdatePublication",
     "{\"publication\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"title\":\"测试\"},\"updateMask\":\"title\"}", "fffnnffffuu",
     NULL},
    {"PublicationService/WithdrawPublication", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu",
     NULL},
    {"IndicatorService/CreateIndicator",
     "{\"indicator\":{\"kind\":\"INDICATOR_KIND_EXTERNAL_LIVELIHOOD\",\"regionCode\":\"$unranked\",\"year\":2025,\"rank\":1,"
     "\"source\":\"测试\"}}",
     "fffooffffuu", NULL},
    {"IndicatorService/GetIndicator", "{\"id\":\"$new\"}", "nnnnnffffuu", NULL},
    {"IndicatorService/ListIndicators", "{}", "oooooffffuu", NULL},
    {"IndicatorService/UpdateIndicator",
     "{\"indicator\":{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"source\":\"测试\"},\"updateMask\":\"source\"}", "fffnnffffuu",
     NULL},
    {"IndicatorService/WithdrawIndicator", "{\"id\":\"$new\",\"etag\":\"$lead_etag\",\"reason\":\"误录\"}", "fffnnffffuu",
     NULL},
    {"AuditService/ListAudit", "{}", "ffffffoffuu", NULL},
    {"AuditService/Verify", "{}", "ffffffoffuu", NULL},
    {"AuditService/GetLatestSeal", "{}", "ffffffoffuu", NULL},
    {"OfficeService/CreateOffice",
     "{\"office\":{\"name\":\"测试\",\"kind\":\"OFFICE_KIND_STATIONED_AGENCY\",\"regionCode\":\"150403000000\"}}",
     "fffffffofuu", NULL},
    {"OfficeService/UpdateOffice",
     "{\"office\":{\"id\":\"$office\",\"etag\":\"$office_etag\",\"name\":\"测试监委\"},\"updateMask\":\"name\"}", "fffffffofuu",
     NULL},
    {"VocabularyService/ListTerms", "{}", "ooooooooouu", NULL},
    {"VocabularyService/CreateTerm",
     "{\"term\":{\"vocabulary\":\"VOCABULARY_CAUSE\",\"code\":\"$term\",\"name\":\"测试\",\"place\":98}}", "fffffffofuu", NULL},
    {"VocabularyService/UpdateTerm",
     "{\"term\":{\"vocabulary\":\"VOCABULARY_CAUSE\",\"code\":\"mining\",\"etag\":\"$term_etag\",\"name\":\"矿产\"},"
     "\"updateMask\":\"name\"}",
     "fffffffofuu", NULL},
    {"PeopleService/CreateUser", "{\"user\":{\"username\":\"$username\",\"name\":\"测试\",\"officeId\":\"$office\"}}",
     "fffffffofuu", NULL},
    {"PeopleService/GetUser", "{\"id\":\"$user\"}", "ooooooooouu", NULL},
    {"PeopleService/ListUsers", "{}", "ooooooooouu", NULL},
    {"PeopleService/UpdateUser",
     "{\"user\":{\"id\":\"$user\",\"etag\":\"$user_etag\",\"phone\":\"139\"},\"updateMask\":\"phone\"}", "fffffffofuu", NULL},
    {"PeopleService/CreateGrant", "{\"grant\":{\"userId\":\"$user\",\"role\":\"ROLE_OFFICER\",\"regionCode\":\"" LINXI "\"}}",
     "fffffffofuu", NULL},
    {"PeopleService/ListGrants", "{\"userId\":\"$user\"}", "ffffffoofuu", NULL},
    {"PeopleService/EndGrant", "{\"userId\":\"$user\",\"id\":\"$grant\"}", "fffffffofuu", NULL},
    {"ApprovalService/ListApprovals", "{}", "ooooooooouu", NULL},
    {"ApprovalService/GetApproval", "{\"id\":\"$approval\"}", "nnnnnnoonuu", NULL},
    {"ApprovalService/Approve", "{\"id\":\"$approval\"}", "nnnnnnfonuu", NULL},
    {"ApprovalService/Refuse", "{\"id\":\"$approval\",\"reason\":\"依据不足\"}", "nnnnnnfonuu", NULL},
    {"ApprovalService/Withdraw", "{\"id\":\"$approval\"}", "nnnnnnffnuu", NULL},
    {"PeopleService/ListUserSessions", "{\"userId\":\"$user\"}", "nnnnnnnonuu", NULL},
    {"PeopleService/EnrolUser", "{\"id\":\"$user\",\"lostPassword\":true}", "fffffffofuu", NULL},
    {"PeopleService/EnrolUsers", "{\"ids\":[\"$user\"]}", "fffffffofuu", NULL},
    {"PeopleService/RevokeUserSession", "{\"userId\":\"$user\",\"id\":\"$session\"}", "nnnnnnnonuu", NULL},
};

const unsigned right_count = sizeof rights / sizeof *rights;

static const char *any_etag(void) {
  return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}

static const char *any_office(void) {
  return sql_text("select id from office where region_code = " BALIN);
}

const char *photo_of_lead(const char *id, const char *lead) {
  return arena_printf(
      client_memory(),
      "{\"id\":\"%s\",\"leadId\":\"%s\",\"sha256\":\"%s\",\"byteSize\":\"1\",\"mediaType\":\"image/png\",\"width\":1,"
      "\"height\":1,\"capturedAt\":\"%s\"}",
      id, lead, any_etag(), time_from_now(-60));
}

struct records push_records(const char *user, const char *region, const char *more) {
  struct records records = {
      .visit = fresh_id(), .lead = fresh_id(), .visit_photo = fresh_id(), .lead_photo = fresh_id(), .held = fresh_id()};
  struct answer answer =
      ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"visits\":[%s],\"photos\":[%s,%s],\"leads\":[%s]}",
          visit_json(records.visit, region, ""), photo_json(records.visit_photo, records.visit),
          photo_of_lead(records.lead_photo, records.lead), lead_json(records.lead, region, more));
  for (size_t i = 0; i < 4; i++)
    CU_ASSERT_STRING_EQUAL(text_at(json_array_get(json_at(answer.body, "results"), i), "status"), "CREATED");
  records.visit_etag = text_at(answer.body, "results.0.etag");
  records.lead_etag = text_at(answer.body, "results.3.etag");
  records.other_lead = fresh_id();
  ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"leads\":[%s]}", lead_json(records.other_lead, region, ""));
  records.user = id_of("nobody");
  return records;
}

static void push_held(struct records *records, const char *user, const char *region) {
  struct answer answer = ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"visits\":[%s]}",
                             visit_json(records->held, region, ""));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "HELD");
  records->held_etag = text_at(answer.body, "results.0.etag");
}

// Somebody without a role who is signed in, and may be changed.
static void make_user(struct records *records) {
  records->user = fresh_id(), records->grant = fresh_id(), records->session = fresh_id();
  CU_ASSERT_TRUE(sql_run("insert into account (id, username, name, etag) values ('%s', 'u%.8s%.4s', '测试', sha256('%s'))",
                         records->user, records->user, records->user + 9, records->user));
  CU_ASSERT_TRUE(sql_run("insert into role_grant (id, user_id, role, region_code) values ('%s', '%s', 3, %s)", records->grant,
                         records->user, LINXI));
  CU_ASSERT_TRUE(sql_run(
      "insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at) "
      "values ('%s', '%s', '%s', named_hash_of('a%s'), now() + interval '1h', named_hash_of('b%s'), now() + interval '1d')",
      records->session, records->user, records->session, records->session, records->session));
  struct answer asked =
      ask(world()->client, GRPC, token_of("admin.second"), "PeopleService/CreateGrant",
          "{\"grant\":{\"userId\":\"%s\",\"role\":\"ROLE_OFFICER\",\"regionCode\":\"" LINXI "\"}}", records->user);
  records->approval = text_at(asked.body, "approvalId");
  records->user_etag = sql_text("select encode(etag, 'base64') from account where id = '%s'", records->user);
}

static const char *const people = ",\"accused\":[{\"name\":\"某甲\"}],\"reporter\":{\"name\":\"虚构某\"}";

void forget_openings(void) {
  CU_ASSERT_TRUE(
      sql_run("set session_replication_role = replica; update lead_event set at = at - interval '2 hours' where kind = 20; "
              "reset session_replication_role"));
}

struct records near_records(void) {
  struct records records = push_records("officer.linxi", LINXI_VILLAGE, people);
  push_held(&records, "officer.balin", LINXI_VILLAGE);
  make_user(&records);
  return records;
}

struct records far_records(void) {
  struct records records = push_records("officer.balin", BALIN_VILLAGE, people);
  push_held(&records, "officer.linxi.2", BALIN_VILLAGE);
  make_user(&records);
  return records;
}

struct records no_records(void) {
  return (struct records){.visit = fresh_id(),
                          .visit_etag = any_etag(),
                          .held = fresh_id(),
                          .held_etag = any_etag(),
                          .lead = fresh_id(),
                          .lead_etag = any_etag(),
                          .other_lead = fresh_id(),
                          .visit_photo = fresh_id(),
                          .lead_photo = fresh_id(),
                          .user = fresh_id(),
                          .user_etag = any_etag(),
                          .grant = fresh_id(),
                          .approval = fresh_id(),
                          .session = fresh_id()};
}

// What a request's placeholder stands for; records that the request makes are new each time.
static const char *stands_for(const char *name, size_t length, const struct records *records) {
  const struct {
    const char *name, *value;
  } known[] = {
      {"visit", records->visit},
      {"visit_etag", records->visit_etag},
      {"held", records->held},
      {"held_etag", records->held_etag},
      {"lead", records->lead},
      {"lead_etag", records->lead_etag},
      {"other_lead", records->other_lead},
      {"later", time_from_now(LATER_S)},
      {"visit_photo", records->visit_photo},
      {"lead_photo", records->lead_photo},
      {"user", records->user},
      {"user_etag", records->user_etag},
      {"grant", records->grant},
      {"approval", records->approval},
      {"session", records->session},
      {"password", world()->password},
      {"office", any_office()},
      {"near_office", sql_text("select id from office where region_code = " LINXI " and kind = 2")},
      {"unranked", sql_text("select min(r.code) from region r where r.level = 5 and r.code between " LINXI " and " LINXI
                            " + 999999 and not exists (select from indicator i where i.region_code = r.code)")},
      {"office_etag", sql_text("select encode(etag, 'base64') from office where id = '%s'", any_office())},
      {"term", arena_printf(client_memory(), "t%.8s", fresh_id())},
      {"term_etag", sql_text("select encode(etag, 'base64') from term where vocabulary = 3 and code = 'mining'")},
      {"new", fresh_id()},
      {"username", arena_printf(client_memory(), "n%.13s", fresh_id())},
      {"a_visit", visit_json(fresh_id(), LINXI_VILLAGE, "")},
      {"a_visit_that_solved_the_lead",
       visit_json(
           fresh_id(), LINXI_VILLAGE,
           arena_printf(client_memory(), ",\"solvedProblems\":[{\"description\":\"已办\",\"leadId\":\"%s\"}]", records->lead))},
      {"a_photo_of_the_visit", photo_json(fresh_id(), records->visit)},
      {"a_photo_of_the_lead", photo_of_lead(fresh_id(), records->lead)},
      {"a_day", sql_text("select ('2031-01-01'::date + (random() * 30000)::int4)::text")},
      {"a_lead", lead_json(fresh_id(), LINXI_VILLAGE, "")},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].name) == length && !strncmp(known[i].name, name, length))
      return known[i].value;
  CU_FAIL_FATAL("a request has a placeholder that stands for nothing");
  return "";
}

static const char *fill_in(const char *request, const struct records *records) {
  const char *filled = "";
  for (const char *at = request; *at;) {
    size_t plain = strcspn(at, "$");
    filled = arena_printf(client_memory(), "%s%.*s", filled, (int)plain, at);
    at += plain;
    if (!*at)
      break;
    size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
    filled = arena_printf(client_memory(), "%s%s", filled, stands_for(at + 1, length, records));
    at += 1 + length;
  }
  return filled;
}

// Who signs out by his request needs a token of his own for it.
static const char *token_for(unsigned caller, const struct right *right) {
  if (caller == NO_TOKEN)
    return NULL;
  if (caller == DEAD_TOKEN)
    return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  if (strcmp(right->method, "AuthService/Logout") != 0)
    return token_of(callers[caller]);
  struct answer answer = ask(world()->client, GRPC, NULL, "AuthService/Login",
                             "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", callers[caller],
                             world()->password, fresh_id());
  return text_at(answer.body, "accessToken");
}

struct answer try_right(enum transport t, unsigned caller, const struct right *right, const struct records *records) {
  return ask(world()->client, t, token_for(caller, right), right->method, "%s", fill_in(right->request, records));
}

// Whether a list's answer holds anything.
static bool is_empty(json_t *body) {
  const char *key;
  json_t *value;
  json_object_foreach(body, key, value) {
    if (json_array_size(value) > 0 ||
        (json_is_string(value) && strcmp(json_string_value(value), "0") && *json_string_value(value)))
      return false;
  }
  return true;
}

char letter_of(const struct answer *answer, char expected) {
  switch (answer->code) {
  case CODE_OK:
    return expected == 'e' && is_empty(answer->body) ? 'e' : 'o';
  case CODE_NOT_FOUND:
    return 'n';
  case CODE_INVALID_ARGUMENT:
    return 'i';
  case CODE_PERMISSION_DENIED:
    return 'f';
  case CODE_UNAUTHENTICATED:
    return 'u';
  case CODE_FAILED_PRECONDITION:
    return 'p';
  default:
    return '?';
  }
}

const char *name_of(unsigned caller) {
  return caller == NO_TOKEN ? "without a token" : caller == DEAD_TOKEN ? "with a dead token" : callers[caller];
}

bool changes_something(const struct right *right) {
  return !method_named(&world()->schema, right->method)->read_only;
}

unsigned caller_named(const char *username) {
  for (unsigned i = 0; i < NO_TOKEN; i++)
    if (!strcmp(callers[i], username))
      return i;
  CU_FAIL_FATAL("no such caller");
  return 0;
}

bool sound_alike(const struct answer *one, const struct answer *other) {
  if (one->code != other->code || one->http != other->http || strcmp(one->reason, other->reason) ||
      strcmp(one->message, other->message))
    return false;
  if (one->code == CODE_OK)
    return json_equal(one->body, other->body);
  json_t *left = json_at(one->body, "details"), *right = json_at(other->body, "details");
  if (json_array_size(left) != json_array_size(right))
    return false;
  for (size_t i = 0; i < json_array_size(left); i++)
    if (!strstr(text_at(json_array_get(left, i), "@type"), "RequestInfo") &&
        !json_equal(json_array_get(left, i), json_array_get(right, i)))
      return false;
  return true;
}

void assert_alike(enum transport t, unsigned caller, const struct right *right, const struct records *records) {
  struct records nothing = no_records();
  struct answer hidden = try_right(t, caller, right, records), absent = try_right(t, caller, right, &nothing);
  bool alike = sound_alike(&hidden, &absent);
  CU_ASSERT_TRUE(alike);
  if (!alike)
    fprintf(stderr, "        %s %s, %s: %d %s %s, but of nothing %d %s %s\n", transport_names[t], right->method,
            name_of(caller), hidden.code, hidden.reason, hidden.message, absent.code, absent.reason, absent.message);
}

bool speaks_of(json_t *body, const char *id) {
  char *text = json_dumps(body, JSON_COMPACT);
  bool found = text && strstr(text, id);
  free(text);
  return found;
}

bool is_listed(enum transport t, const char *user, const char *method, const char *member, const char *id) {
  const char *token = "";
  for (int page = 0; page < LIST_PAGES_MAX; page++) {
    struct answer answer = list(t, user, method, "\"total\":true", token, LIST_PAGE);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    if (speaks_of(answer.body, id))
      return true;
    token = text_at(answer.body, "nextPageToken");
    CU_ASSERT_TRUE(!*token || count_at(answer.body, member) == LIST_PAGE);
    if (!*token)
      return false;
  }
  CU_FAIL("the list has no end");
  return false;
}

bool is_pulled(enum transport t, const char *user, const char *id) {
  const char *cursor = "";
  for (bool more = true; more;) {
    struct answer answer =
        ask(world()->client, t, token_of(user), "SyncService/Pull", "{\"cursor\":\"%s\",\"pageSize\":500}", cursor);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    if (speaks_of(answer.body, id))
      return true;
    cursor = text_at(answer.body, "cursor");
    more = json_is_true(json_at(answer.body, "more"));
  }
  return false;
}
