"""Environment variables: where code reads them, and where documents explain them."""
