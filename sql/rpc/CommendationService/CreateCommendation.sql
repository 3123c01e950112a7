-- CreateCommendation: records a commendation. A supervisor of its office's region.
select check_new_record('commendation', :commendation.id, 'commendation'),
       check_record_office(coalesce(:commendation.office_id, my_office()), :commendation.given_on, 'commendation'),
       check_past_day(:commendation.given_on, 'commendation.given_on');

insert into commendation (id, office_id, given_on, person_name, person_unit, person_post, title, reason, etag)
values (
  :commendation.id, coalesce(:commendation.office_id, my_office()), :commendation.given_on,
  :commendation.person_name, :commendation.person_unit, :commendation.person_post, :commendation.title,
  :commendation.reason, :commendation#hash
);

select r.*
from commendation_answer r
where r.id = :commendation.id;
