"""Privacy statements (隐私声明): what respondents read before they answer, in versions that never change."""
