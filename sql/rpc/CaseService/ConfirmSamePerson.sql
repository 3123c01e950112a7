-- ConfirmSamePerson: a supervisor of the region says that a person of the case is one known before, of a case that she sees; or that he is not.
select check_case(:id, :etag);

select refuse_unless(exists (select from case_person k where k.case_id = :id and k.person_id = :person_id), 'UNKNOWN_REFERENCE', 'person_id'),
       refuse_unless(:same_as is null or exists (select from person p where p.id = :same_as), 'UNKNOWN_REFERENCE', 'same_as'),
       refuse_unless(:same_as is distinct from :person_id, 'INVALID', 'same_as'),
       refuse_unless(:same_as is null or first_known(:same_as) <> :person_id, 'INVALID', 'same_as'),
       refuse_unless(:same_as is null or not is_counted_as(:person_id), 'PRECONDITION', 'person_id');

update person p
set same_as = case when :same_as is not null then first_known(:same_as) end
where p.id = :person_id;

select case_changed(:id, concat('same ', :person_id::text, ' ', :same_as::text));

select c.*
from case_answer c
where c.id = :id;
