-- UpdateCampaign: changes the fields that the mask names. A supervisor of all its regions.
select refuse_unless(
         :update_mask <@ array[
           'name', 'domain', 'plan', 'region_codes', 'starts_on', 'ends_on', 'rounds', 'closed_on'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('campaign', :campaign.id, :campaign.etag, 'campaign'),
       check_given(:update_mask, 'campaign', array['name', 'region_codes', 'starts_on'],
         array[:campaign.name::text is not null, cardinality(:campaign.region_codes) > 0, :campaign.starts_on is not null]);

select check_campaign(m.domain, m.region_codes, m.starts_on, m.ends_on, m.closed_on, m.numbers, m.first_days, m.last_days),
       refuse_unless(m.numbers @> r.round_numbers or not campaign_in_use(r.id, m.numbers), 'PRECONDITION', 'campaign.rounds')
from campaign r
cross join lateral (
  select chosen(:update_mask, 'domain', :campaign.domain, r.domain),
         chosen_list(:update_mask, 'region_codes', :campaign.region_codes, r.region_codes),
         chosen(:update_mask, 'starts_on', :campaign.starts_on, r.starts_on),
         chosen(:update_mask, 'ends_on', :campaign.ends_on, r.ends_on),
         chosen(:update_mask, 'closed_on', :campaign.closed_on, r.closed_on),
         chosen_list(:update_mask, 'rounds', :campaign.rounds.number, r.round_numbers),
         chosen_list(:update_mask, 'rounds', :campaign.rounds.first_day, r.round_first_days),
         chosen_list(:update_mask, 'rounds', :campaign.rounds.last_day, r.round_last_days)
) m(domain, region_codes, starts_on, ends_on, closed_on, numbers, first_days, last_days)
where r.id = :campaign.id;

update campaign r
set name = chosen(:update_mask, 'name', :campaign.name, r.name),
    domain = chosen(:update_mask, 'domain', :campaign.domain, r.domain),
    plan = chosen(:update_mask, 'plan', :campaign.plan, r.plan),
    region_codes = chosen_list(:update_mask, 'region_codes', :campaign.region_codes, r.region_codes),
    starts_on = chosen(:update_mask, 'starts_on', :campaign.starts_on, r.starts_on),
    ends_on = chosen(:update_mask, 'ends_on', :campaign.ends_on, r.ends_on),
    round_numbers = chosen_list(:update_mask, 'rounds', :campaign.rounds.number, r.round_numbers),
    round_first_days = chosen_list(:update_mask, 'rounds', :campaign.rounds.first_day, r.round_first_days),
    round_last_days = chosen_list(:update_mask, 'rounds', :campaign.rounds.last_day, r.round_last_days),
    round_names = chosen_list(:update_mask, 'rounds', :campaign.rounds.name, r.round_names),
    closed_on = chosen(:update_mask, 'closed_on', :campaign.closed_on, r.closed_on),
    etag = :campaign#hash
where r.id = :campaign.id;

select r.*
from campaign_answer r
where r.id = :campaign.id;
