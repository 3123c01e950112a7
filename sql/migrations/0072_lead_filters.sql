-- Lists of a million leads: as 0071 does for visits. Of states most are rare, and stand before the order; what an officer raised or handles is little
-- enough to be filtered inside the way's own index, whatever is asked.
set local search_path = zoufang;

drop index lead_code, lead_handler, lead_raised;
create index lead_code on lead (current_code, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_handler on lead (handler_id, received_at, id, state, domain, problem_type, channel, occurrence, due_by, current_code, office_id,
  campaign_id);
create index lead_raised on lead (raised_by, received_at, id, state, domain, problem_type, channel, occurrence, due_by, current_code, handler_id,
  office_id, campaign_id);
create index lead_city_state on lead (city, state, received_at, id);
create index lead_county_state on lead (county, state, received_at, id);
create index lead_township_state on lead (township, state, received_at, id);
create index lead_campaign_township on lead (campaign_id, township, received_at, id, current_code) where campaign_id is not null;
create index lead_campaign_office on lead (campaign_id, office_id, received_at, id) where campaign_id is not null;
create index lead_office_township on lead (office_id, township, received_at, id, current_code);
