-- UpdateEducation: changes the fields that the mask names. A supervisor of its office's region.
select refuse_unless(
         :update_mask <@ array[
           'office_id', 'held_on', 'title', 'place', 'people_reached', 'note'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('education', :education.id, :education.etag, 'education'),
       check_given(:update_mask, 'education', array['office_id', 'held_on', 'title', 'people_reached'],
         array[
           :education.office_id is not null, :education.held_on is not null, :education.title::text is not null,
           :education.people_reached is not null
         ]);

select check_record_office(m.office_id, m.held_on, 'education'),
       check_past_day(m.held_on, 'education.held_on')
from education r
cross join lateral (
  select chosen(:update_mask, 'office_id', :education.office_id, r.office_id),
         chosen(:update_mask, 'held_on', :education.held_on, r.held_on)
) m(office_id, held_on)
where r.id = :education.id;

update education r
set office_id = chosen(:update_mask, 'office_id', :education.office_id, r.office_id),
    held_on = chosen(:update_mask, 'held_on', :education.held_on, r.held_on),
    title = chosen(:update_mask, 'title', :education.title, r.title),
    place = chosen(:update_mask, 'place', :education.place, r.place),
    people_reached = chosen(:update_mask, 'people_reached', :education.people_reached, r.people_reached),
    note = chosen(:update_mask, 'note', :education.note, r.note),
    etag = :education#hash
where r.id = :education.id;

select r.*
from education_answer r
where r.id = :education.id;
