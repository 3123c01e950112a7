-- ExportLeads, step look: the caller's sight now, while his export goes on; who-am-I says whether his session still holds.
select export_sight() as mark;
