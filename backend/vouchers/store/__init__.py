"""All SQL of the vouchers' room, by the part of the voucher's life it serves."""
