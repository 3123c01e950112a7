-- CreateCampaign: begins a campaign. A supervisor of all its regions.
select check_new_record('campaign', :campaign.id, 'campaign'),
       check_campaign(
         :campaign.domain, :campaign.region_codes, :campaign.starts_on, :campaign.ends_on, :campaign.closed_on, :campaign.rounds.number,
         :campaign.rounds.first_day, :campaign.rounds.last_day
       );

insert into campaign (
  id, name, domain, plan, region_codes, starts_on, ends_on, round_numbers, round_first_days, round_last_days,
  round_names, closed_on, etag
)
values (
  :campaign.id, :campaign.name, :campaign.domain, :campaign.plan, :campaign.region_codes, :campaign.starts_on,
  :campaign.ends_on, :campaign.rounds.number, :campaign.rounds.first_day, :campaign.rounds.last_day,
  :campaign.rounds.name, :campaign.closed_on, :campaign#hash
);

select r.*
from campaign_answer r
where r.id = :campaign.id;
