"""What stands in a sheet that somebody filled in: an XLSX from Excel or WPS, or a CSV in UTF-8, UTF-16 or GBK.

Promises:

1. A sheet gives rows of values that are what a person sees in it, or faults that name sheet, row, column and the mend;
   nothing is guessed: a digit that Excel has lost is a fault, and so is a formula, a merged cell or a hidden row.
2. Bytes of a stranger cost a bounded time and memory: size, unpacked size, elements, rows, columns and the length of a
   cell are counted while reading, and XML with a DTD is refused.
3. No slice is known here: whoever reads a sheet says which columns there are and what their values mean.
"""
