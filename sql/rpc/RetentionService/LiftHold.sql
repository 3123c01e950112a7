-- LiftHold: lifts a hold, with a reason. Supervisors of the record's region who are blinded in nothing of it; once.
select refuse_unless(h.lifted_at is null, 'ALREADY_DECIDED', 'id')
from legal_hold h
where h.id = :id;

update legal_hold h
set lifted_by = me(),
    lifted_at = now(),
    lifted_reason = :reason
where h.id = :id;

select h.*
from legal_hold h
where h.id = :id;
