-- Push, before it: the reporters of leads that come without theirs, so that narratives can be cleared of their values. The server alone.
select r.lead_id as "leads.id",
       r.lead_narrative as "leads.narrative",
       r.anonymous as "leads.reporter.anonymous",
       r.key as "leads.reporter#key",
       r.name as "leads.reporter.name",
       r.phone as "leads.reporter.phone",
       r.identity_number as "leads.reporter.identity_number",
       r.narrative as "leads.reporter.narrative"
from reporters_to_mask(:ids) r;
