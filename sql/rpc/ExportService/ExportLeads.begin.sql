-- ExportLeads, step begin: writes to the audit that it begins. Supervisors.
select export_begun(:told);
