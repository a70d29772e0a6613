-- Up Migration

-- Alerts are told in chats as well, beside mail and webhooks.
alter table alert_messages
  drop constraint alert_messages_channel_check,
  add constraint alert_messages_channel_check check (channel in ('mail', 'webhook', 'chat'));
