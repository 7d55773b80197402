// Files that the bundler puts into the page as they are.
declare module "*.py" {
  const text: string;
  export default text;
}
declare module "*.css";
