// The methods whose work SQL cannot say, and the commands of the command line: two tables for main.

#pragma once
#include "call/server.h"

// A NULL ends them.
extern const struct handler *const feature_handlers[];

// A handler's entries, each in the file of its noun.
extern const struct handler handler_login, handler_refresh, handler_change_password, handler_enrol, handler_enrol_user,
    handler_enrol_users;
extern const struct handler handler_create_user, handler_update_user;
extern const struct handler handler_push, handler_pull, handler_watch_leads;
extern const struct handler handler_export_leads, handler_export_visits;
extern const struct handler handler_get_latest_seal, handler_verify;
extern const struct handler handler_get_work_report, handler_list_public_reports, handler_get_public_report;
extern const struct handler handler_create_lead, handler_update_lead, handler_reveal_reporter;
extern const struct handler handler_open_personal_data;
