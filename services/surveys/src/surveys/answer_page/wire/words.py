"""What the page says besides the words of the questionnaire."""

from collections.abc import Mapping
from functools import lru_cache

from common.errors import Message

WORDS: Mapping[str, Message] = {
    "abroad": Message("境外", "Abroad"),
    "add_link": Message("打开问卷", "Open the questionnaire"),
    "again": Message("再试一次", "Try again"),
    "agree": Message("我已阅读并同意上述隐私声明", "I have read the privacy statement and agree to it"),
    "agree_sensitive": Message(
        "我另外同意回答敏感问题（如薪酬、家庭、健康），每题仍可不答",
        "I also agree to be asked sensitive questions (pay, family, health); each of them may still be declined",
    ),
    "another": Message("评价另一位毕业生", "Answer about another graduate"),
    "another_text": Message(
        "如果还录用了其他本校毕业生，可以为每人再填一份。",
        "If you have hired other graduates of the school, please answer about each of them.",
    ),
    "answer_it": Message("作答", "I answer"),
    "appeared": Message("根据您的回答，本页多了以下问题", "Your answers have brought up these questions on this page"),
    "back": Message("上一页", "Back"),
    "both": Message(
        "您在别处打开的同一份答卷已保存了不同的内容。下面保留您刚才的填写，并列出已保存的内容；再次保存将以您的填写为准。",
        "Something else was saved from another window or device. Your answers stand below, beside what is saved; "
        "saving again keeps yours.",
    ),
    "change": Message("修改", "Change"),
    "choose": Message("请选择", "Please choose"),
    "clear_file": Message("移除已上传的文件", "Remove the file that was sent"),
    "closes": Message("截止时间", "Closes"),
    "complete": Message("全部问题已作答。", "All questions are answered."),
    "consent": Message("隐私声明", "Privacy statement"),
    "contact": Message("联系方式", "Contact"),
    "continue": Message("继续", "Continue"),
    "done": Message("已提交，谢谢！", "Submitted. Thank you!"),
    "done_text": Message("您的答卷已经保存，可以关闭本页。", "Your answers are kept; you may close this page."),
    "edit": Message("修改答卷", "Edit my answers"),
    "edit_text": Message("在此时间之前仍可修改", "You may still change your answers until"),
    "entry": Message("领取问卷链接", "Get my link"),
    "entry_asked": Message(
        "如果学号和姓名与学校登记一致，您的个人链接将发送到登记的邮箱或手机。",
        "If number and name are those that the school has on record, your personal link is sent to the address or "
        "phone on record.",
    ),
    "entry_name": Message("姓名", "Name"),
    "entry_nothing": Message(
        "没有收到时，请核对学号和姓名，或联系学校更新联系方式。",
        "If nothing arrives, check number and name, or ask the school to update the address on record.",
    ),
    "entry_send": Message("发送链接", "Send me the link"),
    "entry_student_number": Message("学号", "Student number"),
    "entry_text": Message(
        "请填写学号和姓名，我们将把您的个人链接发送到学校登记的邮箱或手机。",
        "Fill in your student number and name; your personal link is sent to the address or phone that the school has "
        "on record.",
    ),
    "failed": Message("没有保存", "Nothing was saved"),
    "failed_text": Message(
        "您填写的内容仍在本页，请再试一次。", "What you typed is kept on this page. Please try again."
    ),
    "faults": Message("请检查以下内容", "Please look at these answers"),
    "file_hint": Message("JPEG、PNG 或 PDF，不超过 5 MB", "JPEG, PNG or PDF, up to 5 MB"),
    "file_sent": Message("已上传文件", "A file was sent"),
    "found": Message("请选择其中一项", "Choose one of these"),
    "link": Message("链接或代码", "Link or code"),
    "link_hint": Message(
        "请粘贴收到的完整链接，或链接中 # 后面的代码", "Paste the link that you were sent, or the code behind its #"
    ),
    "missing": Message("还有必答题没有回答", "Some required questions are not answered"),
    "month_hint": Message("例如 2024-06", "For example 2024-06"),
    "day_hint": Message("例如 2024-06-30", "For example 2024-06-30"),
    "name": Message("单位名称", "Name of the employer"),
    "no": Message("否", "No"),
    "no_answer": Message("不作答", "No answer"),
    "not_on": Message("未作答", "Not answered"),
    "once": Message("元", "yuan"),
    "month": Message("元/月", "yuan a month"),
    "year": Message("元/年", "yuan a year"),
    "optional": Message("选答", "optional"),
    "other": Message("请说明", "Please say which"),
    "over": Message("调查已截止", "This survey has closed"),
    "over_text": Message(
        "未提交的答卷中，凡核心题已全部作答的将自动提交。",
        "Of answers that were not submitted those count in which every core question is answered.",
    ),
    "page_of": Message("第 {0} 页，共 {1} 页", "Page {0} of {1}"),
    "place": Message("名次", "Place"),
    "preset": Message(
        "已按就业登记预填，请核对；保存后才算作答",
        "Preset from your registration; it counts once you save",
    ),
    "privacy_months": Message("保存期限（月）", "Kept with the person for (months)"),
    "purposes": Message("用途", "Purposes"),
    "rank_hint": Message("1 为最优先", "1 is the best"),
    "refused": Message("不愿回答", "I would rather not say"),
    "required": Message("必答", "required"),
    "review": Message("检查并提交", "Review and submit"),
    "save": Message("保存并继续", "Save and continue"),
    "saved": Message("已保存的回答", "Saved answer"),
    "search_hint": Message("请输入名称或代码", "Type a name or a code"),
    "skip": Message("跳到正文", "Skip to the content"),
    "start": Message("毕业生调查", "Graduate survey"),
    "stop": Message("不再接收调查信息", "No more messages about surveys"),
    "stop_all": Message("不再接收本校任何调查的信息", "No messages about any survey of the school"),
    "stop_text": Message(
        "请选择。您仍可以用收到的链接作答；登录后可以随时撤销拒访。",
        "Please choose. Your link still works, and with your account you can be contacted again whenever you like.",
    ),
    "stop_wave": Message("不再接收这次调查的信息", "No more messages about this survey"),
    "stopped": Message("已登记，不会再就此联系您。", "Noted: you will not be contacted about it any more."),
    "stopped_text": Message("可以关闭本页。", "You may close this page."),
    "submit": Message("提交", "Submit"),
    "screened_out": Message("感谢您的参与", "Thank you for taking part"),
    "screened_out_text": Message(
        "与您情况相近的答卷已经足够，因此没有收下您的答卷，您填写的内容已全部删除。您无需再做什么，可以关闭本页。",
        "Enough answers like yours were given already, so yours was not taken and all that you filled in was erased. "
        "There is nothing left to do; you may close this page.",
    ),
    "unknown": Message("不清楚", "I do not know"),
    "uscc": Message("统一社会信用代码（可不填）", "Unified social credit code (may be left out)"),
    "withdraw": Message("撤回答卷", "Withdraw my answers"),
    "withdraw_text": Message(
        "撤回后，您填写和提交的全部内容将立即删除，并不再计入统计结果。此操作不能恢复。",
        "All that you filled in and submitted is erased at once and leaves the figures. This cannot be undone.",
    ),
    "withdrawn": Message("答卷已撤回", "Your answers were withdrawn"),
    "withdrawn_text": Message("您填写的内容已全部删除。", "All that you filled in was erased."),
    "who_reads": Message("谁能看到您的回答", "Who can read your answers"),
    "reads_identified": Message(
        "本轮为实名调查：调查负责人为提供帮助或更正信息，可逐份查看答卷及答题人，每次查看都有记录。",
        "Your answers are kept with your name: the survey manager can open one answer at a time with the person, to "
        "support you or to correct data, and every reading is recorded.",
    ),
    "reads_pseudonymous": Message(
        "本轮为去标识调查：工作人员看不到哪份答卷是谁的，统计表不显示少数人的回答；系统仍能把答卷与您对应，"
        "以便不重复提醒、供您修改或撤回。",
        "No member of staff sees whose answer is whose, and tables never show the answers of a few. The system can "
        "still tell which answer is yours, so that you are not reminded again and can change it or take it back.",
    ),
    "reads_unlinkable": Message(
        "本轮为不可关联调查：答卷只存于您的编码之下，编码与您的对应关系从未保存，任何人都无法从数据库、备份和日志查出"
        "答卷是谁的，也不知道谁答过。提交后不能修改；凭编码可随时撤回，编码丢失则无法撤回。"
        "注意：在送达途中看到这条消息或这张纸条的人，可以凭其中的编码认出答卷；请勿在回答中写下姓名等个人信息。",
        "Your answers are kept under your code alone, and which code you have was never stored: from database, backups "
        "and logs nobody can find out whose an answer is, nor who has answered. What was submitted cannot be changed; "
        "with the code you can take it back at any time, without it nobody can. Note: whoever sees the message or the "
        "slip on its way to you can link the answer by its code; and do not write your name into an answer.",
    ),
    "yes": Message("是", "Yes"),
    "you_wrote": Message("您的填写", "Your answer"),
    "to_consent": Message("查看隐私声明", "Read the privacy statement"),
    "sent_link": Message("请用收到的链接重新打开。", "Please open the link that you were sent once more."),
}


@lru_cache
def words_in(language: str) -> Mapping[str, str]:
    """All words in a language, by their names."""
    return {name: message.in_language(language) for name, message in WORDS.items()}
