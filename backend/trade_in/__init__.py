"""The papers of trade-in sales (以旧换新补贴资料): what merchants file, what the office reviews, when money goes out.

Modelled on the policy of 2025 (参照 2025 年家电以旧换新政策设计). Promises: a sale of a trade-in campaign is paid after
its papers were approved, and never otherwise; one redemption has one live dossier; an appliance's serial number lives
once in the county, and an invoice belongs to one merchant; nobody reviews what they filed or what their own shop filed;
what is given back as a whole frees its serial number. Nothing here tells of a person.
"""
