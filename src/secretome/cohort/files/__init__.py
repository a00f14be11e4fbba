"""Open the files of laboratories: text, Excel, OpenDocument and Prism, as sheets of cells."""
