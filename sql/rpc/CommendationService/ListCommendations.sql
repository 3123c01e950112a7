-- ListCommendations: the commendations that the caller may read, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "commendations.id",
       r.office_id as "commendations.office_id",
       r.given_on as "commendations.given_on",
       r.person_name as "commendations.person_name",
       r.person_unit as "commendations.person_unit",
       r.person_post as "commendations.person_post",
       r.title as "commendations.title",
       r.reason as "commendations.reason",
       r.etag as "commendations.etag",
       r.region_code as "commendations.region_code",
       r.current_code as "commendations.current_region_code",
       r.created_by as "commendations.history.created_by",
       r.created_at as "commendations.history.created_at",
       r.written_by as "commendations.history.updated_by",
       r.written_at as "commendations.history.updated_at",
       r.withdrawn_by as "commendations.history.withdrawn_by",
       r.withdrawn_at as "commendations.history.withdrawn_at",
       r.withdrawn_reason as "commendations.history.withdrawn_reason",
       r.given_on as "page.given_on",
       r.id as "page.id"
from commendation r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.office_id = :office_id --? office_id
  and r.given_on >= :given_from --? given_from
  and r.given_on < :given_before --? given_before
  and (r.given_on, r.id) < (:page.given_on, :page.id) --? page
order by r.given_on desc, r.id desc
limit :page.size;
