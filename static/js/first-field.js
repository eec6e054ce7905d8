// Puts the cursor where the form needs it: the first field that was refused, else the first that is empty.
export function goToFirstField() {
  const fields = [...document.querySelectorAll("main .field__input")];
  const field = fields.find((one) => one.ariaInvalid === "true") ?? fields.find((one) => one.value === "" && one.required);
  field?.focus();
}
