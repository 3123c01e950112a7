-- AddCasePerson: a person of the case. Who handles the case, or a supervisor of its region. A user who is one is matched in one of its leads
-- first, so that he sees neither.
select check_case(:id, :etag);

select refuse_unless(:person.user_id is null or exists (select from account a where a.id = :person.user_id), 'NO_SUCH_USER', 'person.user_id'),
       refuse_unless(
         :person.user_id is null
         or exists (
           select
           from case_lead k
           join lead l on l.id = k.lead_id
           where k.case_id = :id
             and :person.user_id = any (l.accused_users)
         ),
         'NOT_MATCHED', 'person.user_id'
       ),
       refuse_unless(not exists (select from person p where p.id = :person.id), 'ALREADY_EXISTS', 'person.id'),
       refuse_unless((select count(*) from case_person k where k.case_id = :id) < 200, 'TOO_MANY_ITEMS', 'person');

insert into person (id, name, unit, post, user_id, added_by)
values (:person.id, :person.name, :person.unit, :person.post, :person.user_id, me());

insert into case_person (case_id, person_id, added_by)
values (:id, :person.id, me());

select case_changed(:id, 'person ' || :person.id::text);

select c.*
from case_answer c
where c.id = :id;
