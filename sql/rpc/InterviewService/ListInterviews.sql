-- ListInterviews: the interviews that the caller may read, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "interviews.id",
       r.office_id as "interviews.office_id",
       r.held_on as "interviews.held_on",
       r.person_names as "interviews.persons.name",
       r.person_units as "interviews.persons.unit",
       r.person_posts as "interviews.persons.post",
       r.reason as "interviews.reason",
       r.record as "interviews.record",
       r.etag as "interviews.etag",
       r.region_code as "interviews.region_code",
       r.current_code as "interviews.current_region_code",
       r.created_by as "interviews.history.created_by",
       r.created_at as "interviews.history.created_at",
       r.written_by as "interviews.history.updated_by",
       r.written_at as "interviews.history.updated_at",
       r.withdrawn_by as "interviews.history.withdrawn_by",
       r.withdrawn_at as "interviews.history.withdrawn_at",
       r.withdrawn_reason as "interviews.history.withdrawn_reason",
       r.held_on as "page.held_on",
       r.id as "page.id"
from interview r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.office_id = :office_id --? office_id
  and r.held_on >= :held_from --? held_from
  and r.held_on < :held_before --? held_before
  and strpos(lower(concat_ws(' ', r.reason, r.record, array_to_string(r.person_names || r.person_units, ' '))), lower(:query)) > 0 --? query
  and (r.held_on, r.id) < (:page.held_on, :page.id) --? page
order by r.held_on desc, r.id desc
limit :page.size;
