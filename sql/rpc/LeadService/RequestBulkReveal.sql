-- RequestBulkReveal: asks that the caller may open the reporters of many leads for one purpose. Supervisors, for leads in their scope; another
-- supervisor of them all decides.
select request_approval(6::int2, null, null, jsonb_build_object('lead_ids', :lead_ids), :purpose);

select a.id as "approval_id",
       a.expires_at as "expires_at"
from approval_answer a
where a.id = approval_requested();
