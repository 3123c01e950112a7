// The table of handlers: methods whose work SQL cannot say.

#include "feature/features.h"

const struct handler *const feature_handlers[] = {
    &handler_login,
    &handler_refresh,
    &handler_change_password,
    &handler_enrol,
    &handler_enrol_user,
    &handler_enrol_users,
    &handler_create_user,
    &handler_update_user,
    &handler_push,
    &handler_pull,
    &handler_create_lead,
    &handler_update_lead,
    &handler_reveal_reporter,
    &handler_open_personal_data,
    &handler_watch_leads,
    &handler_export_leads,
    &handler_export_visits,
    &handler_get_latest_seal,
    &handler_verify,
    &handler_get_work_report,
    &handler_list_public_reports,
    &handler_get_public_report,
    NULL,
};
