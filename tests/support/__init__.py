"""What tests share: invented language and text, damaged files, watched processes, a clock.

pytest finds it by the setting `pythonpath` of pyproject.toml. The programs among these modules run
from the folder `tests`: `python -m support.fuzz --help`.
"""
