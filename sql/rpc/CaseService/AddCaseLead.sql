-- AddCaseLead: a further lead of the same matter. Who handles the case, or a supervisor of its region.
select check_case(:id, :etag);

select refuse_unless(exists (select from lead l where l.id = :lead_id), 'UNKNOWN_REFERENCE', 'lead_id'),
       refuse_unless(not lead_has_case(:lead_id), 'PRECONDITION', 'lead_id'),
       refuse_unless((select count(*) from case_lead k where k.case_id = :id) < 50, 'TOO_MANY_ITEMS', 'lead_id');

insert into case_lead (lead_id, case_id, place, added_by)
select :lead_id,
       :id,
       (select max(k.place) + 1 from case_lead k where k.case_id = :id),
       me();

select case_changed(:id, 'lead ' || :lead_id::text);

select c.*
from case_answer c
where c.id = :id;
