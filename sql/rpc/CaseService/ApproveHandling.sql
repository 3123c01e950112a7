-- ApproveHandling: a supervisor of the region, who did not propose it, makes a handling final.
select check_case(:id, :etag);

select refuse_unless(exists (select from case_file c where c.id = :id and c.current_code <@ scope()), 'FORBIDDEN', 'id'),
       refuse_unless(exists (select from handling h where h.id = :handling_id and h.case_id = :id), 'UNKNOWN_REFERENCE', 'handling_id');

select refuse_unless(h.proposed_by <> me(), 'FORBIDDEN', 'handling_id'),
       refuse_unless(h.approved_at is null, 'PRECONDITION', 'handling_id'),
       refuse_unless(
         not exists (select from handling o where o.case_id = h.case_id and o.person_id = h.person_id and o.approved_at is not null),
         'PRECONDITION', 'handling_id'
       )
from handling h
where h.id = :handling_id;

update handling h
set approved_by = me(),
    approved_at = now()
where h.id = :handling_id
  and h.case_id = :id;

select case_changed(:id, 'approved ' || :handling_id::text);

select c.*
from case_answer c
where c.id = :id;
