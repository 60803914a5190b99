"""What outside sources say of graduates (外部信息), kept from destinations' events for the structure by insurance."""
