-- RequestErasing: asks that records whose term is over be erased. Supervisors of them all; another of them decides.
select request_approval(10::int2, null, null, jsonb_build_object('record_class', :record_class, 'record_ids', :record_ids), :reason);

select a.id as "approval_id",
       a.expires_at as "expires_at"
from approval_answer a
where a.id = approval_requested();
