-- ListCampaigns: the campaigns that the caller may read, the newest beginning first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "campaigns.id",
       r.name as "campaigns.name",
       r.domain as "campaigns.domain",
       r.plan as "campaigns.plan",
       r.region_codes as "campaigns.region_codes",
       r.starts_on as "campaigns.starts_on",
       r.ends_on as "campaigns.ends_on",
       r.round_numbers as "campaigns.rounds.number",
       r.round_first_days as "campaigns.rounds.first_day",
       r.round_last_days as "campaigns.rounds.last_day",
       r.round_names as "campaigns.rounds.name",
       r.closed_on as "campaigns.closed_on",
       r.etag as "campaigns.etag",
       r.created_by as "campaigns.history.created_by",
       r.created_at as "campaigns.history.created_at",
       r.written_by as "campaigns.history.updated_by",
       r.written_at as "campaigns.history.updated_at",
       r.withdrawn_by as "campaigns.history.withdrawn_by",
       r.withdrawn_at as "campaigns.history.withdrawn_at",
       r.withdrawn_reason as "campaigns.history.withdrawn_reason",
       r.starts_on as "page.starts_on",
       r.id as "page.id"
from campaign r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.land && int8multirange(w.codes) --? region_code
  and r.domain = :domain --? domain
  and r.starts_on <= :on and least(r.ends_on, r.closed_on, 'infinity') >= :on --? on
  and strpos(lower(concat_ws(' ', r.name, r.plan)), lower(:query)) > 0 --? query
  and (r.starts_on, r.id) < (:page.starts_on, :page.id) --? page
order by r.starts_on desc, r.id desc
limit :page.size;
