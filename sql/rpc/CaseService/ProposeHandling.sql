-- ProposeHandling: how a person of the case is to be handled. Who handles the case, or a supervisor of its region; another approves it.
select check_case(:id, :etag);

select refuse_unless(exists (select from case_person k where k.case_id = :id and k.person_id = :person_id), 'UNKNOWN_REFERENCE', 'person_id'),
       refuse_unless(:form > 1 or :discipline is null, 'NOT_EXPECTED', 'discipline'),
       refuse_unless(:form = 4 or :transferred_at is null, 'NOT_EXPECTED', 'transferred_at'),
       refuse_unless(:decided_at between '2000-01-01' and now() + interval '10 minutes', 'OUT_OF_RANGE', 'decided_at'),
       refuse_unless(:transferred_at is null or :transferred_at between '2000-01-01' and now() + interval '10 minutes', 'OUT_OF_RANGE', 'transferred_at'),
       refuse_unless(
         not exists (select from handling h where h.case_id = :id and h.person_id = :person_id and h.approved_at is not null),
         'PRECONDITION', 'person_id'
       );

insert into handling (case_id, person_id, form, discipline, decided_at, transferred_at, note, proposed_by)
values (:id, :person_id, :form, :discipline, :decided_at, :transferred_at, :note, me());

select case_changed(:id, 'proposed ' || :person_id::text);

select c.*
from case_answer c
where c.id = :id;
