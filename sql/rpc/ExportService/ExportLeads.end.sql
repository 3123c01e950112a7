-- ExportLeads, step end: writes to the audit how it ended. The server alone, as nobody.
select export_ended(:token_hash, :export, :peer, :told);
