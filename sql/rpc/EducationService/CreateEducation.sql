-- CreateEducation: records an event. A supervisor of its office's region.
select check_new_record('education', :education.id, 'education'),
       check_record_office(coalesce(:education.office_id, my_office()), :education.held_on, 'education'),
       check_past_day(:education.held_on, 'education.held_on');

insert into education (id, office_id, held_on, title, place, people_reached, note, etag)
values (
  :education.id, coalesce(:education.office_id, my_office()), :education.held_on, :education.title, :education.place,
  :education.people_reached, :education.note, :education#hash
);

select r.*
from education_answer r
where r.id = :education.id;
