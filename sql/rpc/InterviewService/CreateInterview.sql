-- CreateInterview: records an interview. A supervisor of its office's region.
select check_new_record('interview', :interview.id, 'interview'),
       check_record_office(coalesce(:interview.office_id, my_office()), :interview.held_on, 'interview'),
       check_past_day(:interview.held_on, 'interview.held_on');

insert into interview (id, office_id, held_on, person_names, person_units, person_posts, reason, record, etag)
values (
  :interview.id, coalesce(:interview.office_id, my_office()), :interview.held_on, :interview.persons.name,
  :interview.persons.unit, :interview.persons.post, :interview.reason, :interview.record, :interview#hash
);

select r.*
from interview_answer r
where r.id = :interview.id;
