-- ListIndicators: the rankings that the caller may read, by year, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "indicators.id",
       r.kind as "indicators.kind",
       r.region_code as "indicators.region_code",
       r.year as "indicators.year",
       r.rank as "indicators.rank",
       r.ranked_of as "indicators.ranked_of",
       r.source as "indicators.source",
       r.note as "indicators.note",
       r.etag as "indicators.etag",
       r.current_code as "indicators.current_region_code",
       r.created_by as "indicators.history.created_by",
       r.created_at as "indicators.history.created_at",
       r.written_by as "indicators.history.updated_by",
       r.written_at as "indicators.history.updated_at",
       r.withdrawn_by as "indicators.history.withdrawn_by",
       r.withdrawn_at as "indicators.history.withdrawn_at",
       r.withdrawn_reason as "indicators.history.withdrawn_reason",
       r.year as "page.year",
       r.id as "page.id"
from indicator r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.kind = :kind --? kind
  and r.year = :year --? year
  and (r.year, r.id) < (:page.year, :page.id) --? page
order by r.year desc, r.id desc
limit :page.size;
