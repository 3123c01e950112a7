-- ListEducations: the events that the caller may read, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "educations.id",
       r.office_id as "educations.office_id",
       r.held_on as "educations.held_on",
       r.title as "educations.title",
       r.place as "educations.place",
       r.people_reached as "educations.people_reached",
       r.note as "educations.note",
       r.etag as "educations.etag",
       r.region_code as "educations.region_code",
       r.current_code as "educations.current_region_code",
       r.created_by as "educations.history.created_by",
       r.created_at as "educations.history.created_at",
       r.written_by as "educations.history.updated_by",
       r.written_at as "educations.history.updated_at",
       r.withdrawn_by as "educations.history.withdrawn_by",
       r.withdrawn_at as "educations.history.withdrawn_at",
       r.withdrawn_reason as "educations.history.withdrawn_reason",
       r.held_on as "page.held_on",
       r.id as "page.id"
from education r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.office_id = :office_id --? office_id
  and r.held_on >= :held_from --? held_from
  and r.held_on < :held_before --? held_before
  and (r.held_on, r.id) < (:page.held_on, :page.id) --? page
order by r.held_on desc, r.id desc
limit :page.size;
