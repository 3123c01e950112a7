-- UpdateCommendation: changes the fields that the mask names. A supervisor of its office's region.
select refuse_unless(
         :update_mask <@ array[
           'office_id', 'given_on', 'person_name', 'person_unit', 'person_post', 'title', 'reason'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('commendation', :commendation.id, :commendation.etag, 'commendation'),
       check_given(:update_mask, 'commendation', array['office_id', 'given_on', 'person_name'],
         array[
           :commendation.office_id is not null, :commendation.given_on is not null,
           :commendation.person_name::text is not null
         ]);

select check_record_office(m.office_id, m.given_on, 'commendation'),
       check_past_day(m.given_on, 'commendation.given_on')
from commendation r
cross join lateral (
  select chosen(:update_mask, 'office_id', :commendation.office_id, r.office_id),
         chosen(:update_mask, 'given_on', :commendation.given_on, r.given_on)
) m(office_id, given_on)
where r.id = :commendation.id;

update commendation r
set office_id = chosen(:update_mask, 'office_id', :commendation.office_id, r.office_id),
    given_on = chosen(:update_mask, 'given_on', :commendation.given_on, r.given_on),
    person_name = chosen(:update_mask, 'person_name', :commendation.person_name, r.person_name),
    person_unit = chosen(:update_mask, 'person_unit', :commendation.person_unit, r.person_unit),
    person_post = chosen(:update_mask, 'person_post', :commendation.person_post, r.person_post),
    title = chosen(:update_mask, 'title', :commendation.title, r.title),
    reason = chosen(:update_mask, 'reason', :commendation.reason, r.reason),
    etag = :commendation#hash
where r.id = :commendation.id;

select r.*
from commendation_answer r
where r.id = :commendation.id;
