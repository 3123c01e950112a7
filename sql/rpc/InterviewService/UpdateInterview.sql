-- UpdateInterview: changes the fields that the mask names. A supervisor of its office's region.
select refuse_unless(
         :update_mask <@ array[
           'office_id', 'held_on', 'persons', 'reason', 'record'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('interview', :interview.id, :interview.etag, 'interview'),
       check_given(:update_mask, 'interview', array['office_id', 'held_on', 'persons', 'reason'],
         array[
           :interview.office_id is not null, :interview.held_on is not null,
           cardinality(:interview.persons.name::text[]) > 0, :interview.reason::text is not null
         ]);

select check_record_office(m.office_id, m.held_on, 'interview'),
       check_past_day(m.held_on, 'interview.held_on')
from interview r
cross join lateral (
  select chosen(:update_mask, 'office_id', :interview.office_id, r.office_id),
         chosen(:update_mask, 'held_on', :interview.held_on, r.held_on)
) m(office_id, held_on)
where r.id = :interview.id;

update interview r
set office_id = chosen(:update_mask, 'office_id', :interview.office_id, r.office_id),
    held_on = chosen(:update_mask, 'held_on', :interview.held_on, r.held_on),
    person_names = chosen_list(:update_mask, 'persons', :interview.persons.name, r.person_names),
    person_units = chosen_list(:update_mask, 'persons', :interview.persons.unit, r.person_units),
    person_posts = chosen_list(:update_mask, 'persons', :interview.persons.post, r.person_posts),
    reason = chosen(:update_mask, 'reason', :interview.reason, r.reason),
    record = chosen(:update_mask, 'record', :interview.record, r.record),
    etag = :interview#hash
where r.id = :interview.id;

select r.*
from interview_answer r
where r.id = :interview.id;
