"""Workbooks and tables of values: XLSX, XLS, XLSB, ODS, CSV and TSV."""
